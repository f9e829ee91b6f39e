import { samplesOf } from '../pure/figures.ts';
import type { Sample } from '../pure/figures.ts';
import { PROPERTIES, UNITS, unitsOf } from '../pure/units.ts';
import type { Unit } from '../pure/units.ts';
import { Trouble, run, runJson } from './program.ts';

export type Severity = 'error' | 'warning' | 'remark';

/** A finding of `xencommons check --json`. */
export interface Finding {
    severity: Severity;
    topic: string;
    what: string;
    remedy: string;
    source: string;
}

export interface Check {
    name: string;
    about: string;
    mode: 'report' | 'enforce';
    failures_that_count: number;
    result: 'not yet' | 'well' | 'failing' | 'failed';
    failures: number;
    fault: string | null;
    since: string | null;
    at: string | null;
}

/** What `xenwatchdogd status --json` prints. */
export interface Watchdog {
    version: string;
    domain: string;
    at: string;
    timer: { number: number; timeout_seconds: number; wound_up: string; runs_out: string; let_go_because: string | null };
    last_reset?: { after: string; because: string };
    checks: Check[];
}

export async function findings(): Promise<Finding[]> {
    return (await runJson<{ findings: Finding[] }>('xencommons', 'check', '--json')).findings;
}

export function watchdog(): Promise<Watchdog> {
    return runJson<Watchdog>('xenwatchdogd', 'status', '--json');
}

/** The figures of this host. A daemon that does not answer has none. */
export async function figures(): Promise<Sample[]> {
    const { status, text, said } = await run('xencommons', 'metrics');
    if (status !== 0)
        throw new Trouble(said || `xencommons metrics ended with status ${status}.`);
    return samplesOf(text);
}

export async function units(): Promise<Unit[]> {
    const { status, text, said } = await run('systemctl', 'show', `--property=${PROPERTIES}`, ...UNITS);
    if (status !== 0)
        throw new Trouble(`systemd does not answer${said ? `: ${said}` : '.'}`);
    return unitsOf(text);
}
