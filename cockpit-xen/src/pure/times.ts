/** A time as the watchdog writes it: 2026-11-30 02:00:00 UTC. In seconds since 1970; null if it is none. */
export function utcOf(text: string | null): number | null {
    const found = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/.exec(text ?? '');
    return found ? Date.parse(`${found[1]}T${found[2]}Z`) / 1000 : null;
}
