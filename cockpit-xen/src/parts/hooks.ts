import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Pace } from '../pure/pace.ts';
import type { Clock } from '../pure/pace.ts';

export type Loaded<T> = { state: 'loading' } | { state: 'failed'; why: string; last?: T } | { state: 'there'; value: T };

/** Why something failed, as a sentence. */
export function whyOf(e: unknown): string {
    return e instanceof Error ? e.message : String(e);
}

/**
 * Loads something now, and again and again while the page is seen, with a pause after each answer: each time by the function of the last
 * rendering.
 * @param pause milliseconds; 0: only when asked.
 * @returns what was loaded last, and a function that loads it again.
 */
export function useLoaded<T>(load: () => Promise<T>, pause: number): [Loaded<T>, () => void] {
    const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
    const wake = useRef<() => void>(() => { });
    const loader = useRef(load);
    loader.current = load;
    useEffect(() => {
        let isOver = false, isBusy = false, again = false, timer = 0;
        const go = async () => {
            if (isBusy) {
                again = true;
                return;
            }
            window.clearTimeout(timer);
            isBusy = true;
            const now = await settled(loader.current());
            isBusy = false;
            if (isOver)
                return;
            setLoaded(before => now.state !== 'failed' ? now : withLast(now, before));
            if (again) {
                again = false;
                void go();
            } else if (pause > 0) {
                timer = window.setTimeout(() => void tick(), pause);
            }
        };
        const tick = () => cockpit.hidden ? void (timer = window.setTimeout(tick, pause)) : void go();
        wake.current = () => void go();
        void go();
        return () => {
            isOver = true;
            window.clearTimeout(timer);
        };
    }, [pause]);
    return [loaded, useCallback(() => wake.current(), [])];
}

/** The browser's clock. */
export const CLOCK: Clock = {
    now: () => performance.now(),
    later: (call, pause) => window.setTimeout(call, pause),
    stop: timer => window.clearTimeout(timer),
};

/** Calls a function soon after it was first asked to, and then not before a rest; both in milliseconds. */
export function usePaced(work: () => void, soon: number, rest: number): () => void {
    const latest = useRef(work);
    latest.current = work;
    const pace = useMemo(() => new Pace(() => latest.current(), soon, rest, CLOCK), [soon, rest]);
    useEffect(() => () => pace.stop(), [pace]);
    return useCallback(() => pace.ask(), [pace]);
}

/** What there is to show: the value, or the last one that was there before a failure. */
export function valueOf<T>(loaded: Loaded<T>): T | undefined {
    return loaded.state === 'there' ? loaded.value : loaded.state === 'failed' ? loaded.last : undefined;
}

async function settled<T>(promise: Promise<T>): Promise<Loaded<T>> {
    try {
        return { state: 'there', value: await promise };
    } catch (e) {
        return { state: 'failed', why: whyOf(e) }; // whatever it is, the page says it
    }
}

function withLast<T>(failed: Loaded<T> & { state: 'failed' }, before: Loaded<T>): Loaded<T> {
    const last = valueOf(before);
    return last === undefined ? failed : { ...failed, last };
}
