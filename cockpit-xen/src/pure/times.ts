/** A time as the watchdog writes it: 2026-11-30 02:00:00 UTC. In seconds since 1970; null if it is none. */
export function utcOf(text: string | null): number | null {
    const found = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/.exec(text ?? '');
    return found ? Date.parse(`${found[1]}T${found[2]}Z`) / 1000 : null;
}

/** A time that the host told. Its clock is never compared with that of who looks. */
export interface Told {
    at: string;
    /** For how many seconds it has been seen to stay the same, by the clock of who looks. */
    same: number;
    /** When it was first seen, by that clock. */
    seenAt: number;
}

/** Takes another look into account. @param before null at the first look. @param now in seconds, of any clock that goes on. */
export function told(before: Told | null, at: string, now: number): Told {
    return before?.at === at ? { ...before, same: now - before.seenAt } : { at, same: 0, seenAt: now };
}
