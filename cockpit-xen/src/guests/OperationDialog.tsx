import {
    Alert, Button, Label, List, ListItem, Modal, ModalBody, ModalFooter, ModalHeader, Spinner,
} from '@patternfly/react-core';
import { useState } from 'react';
import type { DomainsService, Progress, Verb } from '../host/domains.ts';
import { count } from '../pure/amounts.ts';
import { isAct, namesOf, toldSince } from '../pure/plan.ts';
import type { Plan, Step } from '../pure/plan.ts';
import { short } from '../pure/text.ts';
import { useLoaded, whyOf } from '../parts/hooks.ts';
import { Failed, Loading, Sentence } from '../parts/states.tsx';
import { PlanPicture, actionOf } from './PlanPicture.tsx';

export interface Operation {
    verb: Verb;
    /** None stand for all guests. */
    names: string[];
}

interface DialogProps {
    operation: Operation;
    service: DomainsService;
    progress: ReadonlyMap<string, Progress>;
    close: () => void;
    done: () => void;
}

type Run = { state: 'planned' } | { state: 'running' } | { state: 'over'; wentWell: boolean; trouble: string | null };

const NARROW = 500;
const WIDE_SCALE = { perRow: 4, boxWidth: 156, letters: 17 }, NARROW_SCALE = { perRow: 2, boxWidth: 122, letters: 13 };

const NOT_YET = 'Nothing is done before you say so.';

const TITLE: Record<Verb, string> = { start: 'Start', stop: 'Stop', save: 'Save' };

/** What an operation would do, then its progress, then how it went. Once begun it goes on without this dialog. */
export function OperationDialog({ operation, service, progress, close, done }: DialogProps) {
    const { verb, names } = operation;
    const [plan, again] = useLoaded(() => service.plan(verb, names), 0);
    const [run, setRun] = useState<Run>({ state: 'planned' });
    const [earlier, setEarlier] = useState(progress); // of other operations, and not of this one
    const told = (guest: string) => toldSince(earlier, progress, verb, guest);
    const begin = async (shown: Plan) => {
        setEarlier(progress);
        setRun({ state: 'running' });
        try {
            setRun({ state: 'over', wentWell: await service.work(verb, namesOf(shown, names)), trouble: null });
        } catch (e) {
            setRun({ state: 'over', wentWell: false, trouble: whyOf(e) });
        }
        done();
    };
    const steps = plan.state === 'there' ? plan.value.steps : [];
    const acts = steps.filter(step => isAct(step)).length;
    const what = names.length === 1 ? short(names[0]!, 40) : names.length === 0 ? 'all guests' : count(names.length, 'guest');
    return (
        <Modal isOpen variant="large" onClose={close} aria-label={`${TITLE[verb]} ${what}`}>
            <ModalHeader title={`${TITLE[verb]} ${what}`} description={run.state === 'planned' ? NOT_YET : undefined} />
            <ModalBody tabIndex={0} role="region" aria-label="The plan and its progress">
                <div className="xen-stack">
                    {run.state === 'over' && <Outcome run={run} verb={verb} />}
                    {plan.state === 'loading' && <Loading what="Looking at the guests" />}
                    {plan.state === 'failed' && <Failed what="There is no plan" why={plan.why} again={again} />}
                    {plan.state === 'there' && <PlanView plan={plan.value} run={run} told={told} />}
                </div>
            </ModalBody>
            <ModalFooter>
                {run.state === 'planned' && (
                    <Begin verb={verb} acts={acts} begin={() => plan.state === 'there' && void begin(plan.value)} />
                )}
                {run.state === 'running' && <Button isDisabled isLoading>Working</Button>}
                <Button variant="link" onClick={close}>{run.state === 'planned' ? 'Cancel' : 'Close'}</Button>
            </ModalFooter>
        </Modal>
    );
}

function Begin({ verb, acts, begin }: { verb: Verb; acts: number; begin: () => void }) {
    return (
        <Button variant={verb === 'start' ? 'primary' : 'danger'} isDisabled={acts === 0} onClick={begin}>
            {acts === 0 ? 'Nothing to do' : `${TITLE[verb]} ${count(acts, 'guest')}`}
        </Button>
    );
}

function PlanView({ plan, run, told }: { plan: Plan; run: Run; told: (guest: string) => Progress | undefined }) {
    return (
        <div className="xen-stack">
            {plan.steps.length > 0 && <PlanPicture plan={plan} scale={window.innerWidth < NARROW ? NARROW_SCALE : WIDE_SCALE} />}
            {plan.steps.length === 0 && <p>There is nothing to do.</p>}
            <List isPlain isBordered aria-label="Steps in their order">
                {plan.steps.map((step, index) => (
                    <ListItem key={index}>
                        <StepText step={step} />
                        {run.state !== 'planned' && isAct(step) && <ProgressText told={told(step.guest)} />}
                    </ListItem>
                ))}
            </List>
            {plan.remarks.length > 0 && (
                <Alert isInline variant="info" title="Remarks">
                    <List>{plan.remarks.map((remark, index) => <ListItem key={index}>{short(remark, 400)}</ListItem>)}</List>
                </Alert>
            )}
        </div>
    );
}

function StepText({ step }: { step: Step }) {
    return (
        <div className="xen-step">
            <strong className="xen-name">{short(step.guest)}</strong> {actionOf(step.action)}
            {step.ways.length > 0 && `: ${step.ways.join(', else ')}`}
            {step.after.length > 0 && `, after ${step.after.map(name => short(name, 40)).join(', ')}`}
            {step.isFault && <> <Label status="danger" isCompact>is cut off when the host goes down</Label></>}
            {step.why !== '' && <div className="xen-why"><Sentence text={step.why} /></div>}
        </div>
    );
}

function ProgressText({ told }: { told: Progress | undefined }) {
    const stage = told?.stage ?? 'queued';
    const status = stage === 'failed' ? 'danger' : stage === 'done' ? 'success' : stage === 'waiting' ? 'warning' : 'info';
    return (
        <div className="xen-progress" aria-live="polite">
            {stage === 'working' && <Spinner size="sm" aria-label="at work" />}
            <Label status={status} isCompact>{stage}</Label>
            {told && told.text !== '' && <span>{short(told.text, 400)}</span>}
        </div>
    );
}

function Outcome({ run, verb }: { run: Run & { state: 'over' }; verb: Verb }) {
    return run.wentWell
        ? <Alert isInline variant="success" title={`${TITLE[verb]}: all went well`} />
        : (
            <Alert isInline variant="danger" title={`${TITLE[verb]}: not all went well`}>
                <Sentence text={run.trouble ?? 'The steps below say what failed. `journalctl -u xendomains -p err` has it, too.'} />
            </Alert>
        );
}
