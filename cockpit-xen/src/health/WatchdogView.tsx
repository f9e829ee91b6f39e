import { Alert, Label, Title } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useRef } from 'react';
import { watchdog } from '../host/health.ts';
import type { Check, Watchdog } from '../host/health.ts';
import { ago, timeOf } from '../pure/amounts.ts';
import { short } from '../pure/text.ts';
import { told, utcOf } from '../pure/times.ts';
import type { Told } from '../pure/times.ts';
import { useLoaded, valueOf } from '../parts/hooks.ts';
import { Failed, Loading } from '../parts/states.tsx';

const EVERY = 3000, OLD = 10;

/** The watchdog's timer and checks, and why the host was reset the last time. */
export function WatchdogView() {
    const [status, again] = useLoaded(watchdog, EVERY), value = valueOf(status), same = useSame(value);
    return (
        <section className="xen-section" aria-label="Watchdog">
            <Title headingLevel="h2" size="lg">Watchdog</Title>
            {status.state === 'loading' && <Loading what="Asking the watchdog" />}
            {status.state === 'failed' && <Failed what="The watchdog does not answer" why={status.why} again={again} />}
            {value && status.state === 'there' && <Timer status={value} same={same} />}
            {value && <LastReset status={value} />}
            {value && status.state === 'there' && value.checks.length > 0 && <Checks checks={value.checks} now={utcOf(value.at)} />}
            {value && value.checks.length === 0 && <p>No check is switched on.</p>}
        </section>
    );
}

// For how many seconds the status has not been written, as far as it was looked at.
function useSame(status: Watchdog | undefined): number {
    const last = useRef<Told | null>(null), seen = useRef<Watchdog | undefined>(undefined);
    if (status && status !== seen.current)
        last.current = told(last.current, status.at, performance.now() / 1000);
    seen.current = status;
    return last.current?.same ?? 0;
}

function Timer({ status: { timer }, same }: { status: Watchdog; same: number }) {
    if (same > OLD)
        return <Alert isInline variant="warning" title={`The watchdog has not written its status for ${timeOf(same)}`} />;
    return timer.let_go_because
        ? <Alert isInline variant="danger" title={`The host is about to be reset: ${short(timer.let_go_because, 400)}`} />
        : <p>Timer {timer.number} runs. The host is reset if it is not kicked for {timer.timeout_seconds} s.</p>;
}

function LastReset({ status }: { status: Watchdog }) {
    const reset = status.last_reset;
    if (!reset)
        return <p>The watchdog knows of no reset of this host.</p>;
    return (
        <Alert isInline variant="warning" title={`The host was last reset after ${short(reset.after)}`}>
            {short(reset.because, 600)}
        </Alert>
    );
}

const COLUMNS = ['Check', 'Result', 'At', 'If it fails'];

function Checks({ checks, now }: { checks: Check[]; now: number | null }) {
    return (
        <Table aria-label="Checks of the watchdog" variant="compact">
            <Thead><Tr>{COLUMNS.map(title => <Th key={title}>{title}</Th>)}</Tr></Thead>
            <Tbody>
                {checks.map(check => (
                    <Tr key={check.name}>
                        <Td dataLabel={COLUMNS[0]!}><strong>{check.name}</strong><div className="xen-why">{check.about}</div></Td>
                        <Td dataLabel={COLUMNS[1]!}>
                            <Label status={statusOf(check)} isCompact>{check.result}</Label>
                            {check.fault && <div className="xen-why">{short(check.fault, 300)}</div>}
                        </Td>
                        <Td dataLabel={COLUMNS[2]!}>{agoOf(check, now)}</Td>
                        <Td dataLabel={COLUMNS[3]!}>
                            {check.mode === 'report' ? 'it is reported' : `the host is reset after ${check.failures_that_count}`}
                        </Td>
                    </Tr>
                ))}
            </Tbody>
        </Table>
    );
}

// By the host's clock alone: the browser's may be another.
function agoOf(check: Check, now: number | null): string {
    const at = utcOf(check.at);
    return at === null ? 'not yet' : now === null ? '–' : ago(now - at);
}

function statusOf(check: Check): 'success' | 'warning' | 'danger' | 'info' {
    return check.result === 'well' ? 'success' : check.result === 'failed' ? 'danger' : check.result === 'failing' ? 'warning' : 'info';
}
