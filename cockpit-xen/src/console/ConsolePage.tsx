import { Alert, Button, FormGroup, FormSelect, FormSelectOption, Label, Switch } from '@patternfly/react-core';
import { useState } from 'react';
import { consoleStatus } from '../host/consoles.ts';
import type { Console } from '../host/consoles.ts';
import { count } from '../pure/amounts.ts';
import { short } from '../pure/text.ts';
import { useLoaded, valueOf } from '../parts/hooks.ts';
import { Failed, Loading, Missing, Nothing, Sentence } from '../parts/states.tsx';
import { TerminalView } from './TerminalView.tsx';

const EVERY = 3000;
const LINES: [number, string][] = [[0, 'none'], [10, '10 lines'], [100, '100 lines'], [1000, '1,000 lines'], [100_000, 'all that is kept']];
const FIRST_LINES = 100, MOST_OPTION = 80;

/** A console that was chosen. It is known by its number while its guest runs; our command follows the guest's name from then on. */
export interface Chosen {
    domid: number;
    name: string;
    console: string;
}

interface PageProps {
    chosen: Chosen | null;
    choose: (chosen: Chosen | null) => void;
}

export function ConsolePage({ chosen, choose }: PageProps) {
    const [status, again] = useLoaded(consoleStatus, EVERY);
    const consoles = valueOf(status)?.consoles;
    if (status.state === 'loading')
        return <Loading what="Looking at the consoles" />;
    if (!consoles)
        return <Failed what="The consoles are not known" why={status.state === 'failed' ? status.why : ''} again={again} />;
    if (consoles.length === 0 && !chosen)
        return <Nothing what="There are no consoles">No guest runs that has a console of xenconsoled.</Nothing>;
    return (
        <div className="xen-stack">
            {status.state === 'failed' && <Missing what="The list of consoles is old" why={status.why} />}
            <GuestChoice consoles={consoles} chosen={chosen} choose={choose} />
            {chosen && <ConsoleView key={keyOf(chosen)} chosen={chosen} console={present(consoles, chosen)} />}
        </div>
    );
}

function GuestChoice({ consoles, chosen, choose }: PageProps & { consoles: Console[] }) {
    const options = chosen && !present(consoles, chosen) ? [{ ...chosen, isGone: true }, ...consoles.map(here)] : consoles.map(here);
    const current = chosen
        && (options.find(option => keyOf(option) === keyOf(chosen)) ?? options.find(option => option.name === chosen.name));
    return (
        <FormGroup label="Guest" fieldId="xen-console-guest" className="xen-field">
            <FormSelect
                id="xen-console-guest" value={current ? keyOf(current) : ''}
                onChange={(_, value) => choose(options.find(option => keyOf(option) === value) ?? null)}
            >
                <FormSelectOption value="" label="Choose a guest" isPlaceholder />
                {options.map(option => <FormSelectOption key={keyOf(option)} value={keyOf(option)} label={labelOf(option)} />)}
            </FormSelect>
        </FormGroup>
    );
}

function ConsoleView({ chosen, console }: { chosen: Chosen; console: Console | undefined }) {
    const [isReadOnly, setReadOnly] = useState(true);
    const [lines, setLines] = useState(FIRST_LINES);
    const [ended, setEnded] = useState<string | null>(null);
    const [turn, setTurn] = useState(0);
    const [target, setTarget] = useState(() => targetOf(chosen, console)); // our command follows it: it only counts at the beginning
    const attach = () => {
        setEnded(null);
        setTarget(targetOf(chosen, console));
        setTurn(turn + 1);
    };
    return (
        <section className="xen-stack" aria-label="Console">
            <Settings
                console={console} isReadOnly={isReadOnly} lines={lines}
                setReadOnly={isChecked => { setReadOnly(isChecked); attach(); }} setLines={number => { setLines(number); attach(); }}
            />
            {ended !== null && (
                <Alert
                    isInline variant="info" title={<Sentence text={ended} />}
                    actionLinks={<Button variant="link" isInline autoFocus onClick={attach}>Attach again</Button>}
                />
            )}
            <TerminalView
                key={turn} label={`Console of ${short(chosen.name)}`} ended={setEnded}
                wanted={{ target, kind: chosen.console === 'vuart0' ? 'vuart' : 'pv', isReadOnly, lines }}
            />
            <p className="xen-why">
                {isReadOnly ? 'Nothing that you type reaches the guest.' : 'What you type goes to the guest. Ctrl-] leaves the console.'}
                {' '}The console follows the guest over reboots. Only what moves the cursor, sets colours or clears the screen passes.
            </p>
        </section>
    );
}

interface SettingsProps {
    console: Console | undefined;
    isReadOnly: boolean;
    lines: number;
    setReadOnly: (isReadOnly: boolean) => void;
    setLines: (lines: number) => void;
}

function Settings({ console, isReadOnly, lines, setReadOnly, setLines }: SettingsProps) {
    return (
        <div className="xen-bar">
            <Switch id="xen-console-read-only" label="Read only" isChecked={isReadOnly} onChange={(_, checked) => setReadOnly(checked)} />
            <label className="xen-inline">
                Earlier output{' '}
                <FormSelect value={String(lines)} onChange={(_, value) => setLines(Number(value))} aria-label="Earlier output">
                    {LINES.map(([number, label]) => <FormSelectOption key={number} value={String(number)} label={label} />)}
                </FormSelect>
            </label>
            {console && <Label isCompact>{count(console.viewers, 'viewer')}</Label>}
            {console && !console.connected && <Label isCompact status="warning">not connected to its guest</Label>}
            {console?.flooding && <Label isCompact status="warning">floods, and is held back</Label>}
        </div>
    );
}

// The number of the guest's domain now. Without one our command waits for the name.
function targetOf(chosen: Chosen, console: Console | undefined): number | string {
    return console ? console.domid : chosen.name;
}

function here(console: Console): Chosen {
    return { domid: console.domid, name: console.name, console: console.console };
}

function keyOf(chosen: Chosen): string {
    return `${chosen.domid} ${chosen.console}`;
}

function labelOf(option: Chosen & { isGone?: boolean }): string {
    const kind = option.console === 'vuart0' ? ', serial line' : '';
    return `${short(option.name, MOST_OPTION)} (${option.isGone ? 'does not run now' : `domain ${option.domid}`}${kind})`;
}

// After a reboot the guest has another number.
function present(consoles: Console[], chosen: Chosen): Console | undefined {
    return consoles.find(console => keyOf(here(console)) === keyOf(chosen))
        ?? consoles.find(console => console.name === chosen.name && console.console === chosen.console);
}
