import { activityText } from './activity.ts';
import type { Activity } from './activity.ts';

/** What several sources know of guests; each may know less than the others. */
export interface Known {
    guests: readonly { name: string; domid: number | null; state: string; startsWithHost: boolean; memory: number | null }[];
    results: readonly { guest: string; operation: string; went_well: boolean; at: number }[];
    /** By the number of a domain: its part of a processor, its memory, when it was started (seconds), what its console does. */
    cpu: ReadonlyMap<number, number>;
    memory: ReadonlyMap<number, number>;
    started: ReadonlyMap<number, number>;
    consoles: ReadonlyMap<number, Activity & { viewers: number }>;
}

export interface Row {
    name: string;
    domid: number | null;
    state: string;
    startsWithHost: boolean;
    cpu: number | null;
    memory: number | null;
    /** Seconds since its start. */
    uptime: number | null;
    console: string | null;
    viewers: number;
    /** The operation that went wrong last, if that was the last of all on this guest. */
    failed: string | null;
}

/**
 * One row for each guest: first those that are wrong, then those that run, then the others; each by name.
 * @param now the host's time, in seconds since 1970; null: it is not known, and neither are uptimes.
 */
export function rowsOf(known: Known, now: number | null): Row[] {
    return known.guests.map(guest => rowOf(guest, known, now)).sort((one, other) =>
        rank(one) - rank(other) || (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

/** Whether the guest is not as it should be. */
export function isWrong(row: Pick<Row, 'state' | 'startsWithHost'>): boolean {
    return row.state === 'crashed' || row.startsWithHost && !['running', 'paused', 'rebooting'].includes(row.state);
}

function rowOf(guest: Known['guests'][number], known: Known, now: number | null): Row {
    const { domid } = guest, of = <T>(map: ReadonlyMap<number, T>) => domid === null ? undefined : map.get(domid);
    const console = of(known.consoles), started = of(known.started);
    const [last] = known.results.filter(result => result.guest === guest.name).sort((one, other) => other.at - one.at);
    return {
        name: guest.name, domid, state: guest.state, startsWithHost: guest.startsWithHost,
        cpu: of(known.cpu) ?? null,
        memory: guest.memory ?? of(known.memory) ?? null,
        uptime: started === undefined || now === null ? null : Math.max(0, now - started),
        console: console ? activityText(console) : null,
        viewers: console?.viewers ?? 0,
        failed: last && !last.went_well ? last.operation : null,
    };
}

function rank(row: Row): number {
    return isWrong(row) ? 0 : row.domid !== null ? 1 : 2;
}
