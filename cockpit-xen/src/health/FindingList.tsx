import { Button, Label, List, ListItem, Title } from '@patternfly/react-core';
import { findings } from '../host/health.ts';
import type { Finding, Severity } from '../host/health.ts';
import { count } from '../pure/amounts.ts';
import { short } from '../pure/text.ts';
import { useLoaded, valueOf } from '../parts/hooks.ts';
import { Failed, Loading, Nothing, Sentence } from '../parts/states.tsx';

const SEVERITIES: [Severity, string, 'danger' | 'warning' | 'info'][] =
    [['error', 'error', 'danger'], ['warning', 'warning', 'warning'], ['remark', 'remark', 'info']];

/** What `xencommons check` finds, the worst first. It is asked once, and when somebody wants it again. */
export function FindingList() {
    const [found, again] = useLoaded(findings, 0), all = valueOf(found);
    return (
        <section className="xen-section" aria-label="Findings">
            <div className="xen-bar">
                <Title headingLevel="h2" size="lg">Findings</Title>
                {all && SEVERITIES.map(([severity, word, status]) => {
                    const number = all.filter(finding => finding.severity === severity).length;
                    return number > 0 && <Label key={severity} status={status} isCompact>{count(number, word)}</Label>;
                })}
                {found.state === 'there' && <Button variant="link" isInline onClick={again}>Check again</Button>}
            </div>
            {found.state === 'loading' && <Loading what="Checking the host" />}
            {found.state === 'failed' && <Failed what="The host could not be checked" why={found.why} again={again} />}
            {all?.length === 0 && (
                <Nothing what="Nothing is found"><code>xencommons check</code> finds nothing that is missing or causes trouble.</Nothing>
            )}
            {all && all.length > 0 && (
                <List isPlain isBordered aria-label="Findings">
                    {SEVERITIES.flatMap(([severity, word, status]) => all.filter(finding => finding.severity === severity)
                        .map((finding, index) => <FindingView key={severity + index} finding={finding} word={word} status={status} />))}
                </List>
            )}
        </section>
    );
}

function FindingView({ finding, word, status }: { finding: Finding; word: string; status: 'danger' | 'warning' | 'info' }) {
    return (
        <ListItem>
            <div><Label status={status} isCompact>{word}</Label> <Sentence text={finding.what} /></div>
            {finding.remedy !== '' && (
                <div className="xen-remedy"><strong>What to do:</strong> <Sentence text={finding.remedy} /></div>
            )}
            <div className="xen-why">read in {short(finding.source, 200)}</div>
        </ListItem>
    );
}
