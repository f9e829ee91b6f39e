export interface Clock {
    /** Milliseconds since some moment. */
    now(): number;
    /** Calls a function after some milliseconds; what it returns, stop takes. */
    later(call: () => void, pause: number): number;
    stop(timer: number): void;
}

/**
 * Work that is asked for by events: it is done soon after the first of them, and again only after a rest, however many there are. Both are
 * in milliseconds. A guest can make events without end, and must not make the host work without end.
 */
export class Pace {
    private timer: number | null = null;
    private lastAt = -Infinity;

    constructor(private readonly work: () => void, private readonly soon: number, private readonly rest: number,
        private readonly clock: Clock) { }

    ask(): void {
        this.timer ??= this.clock.later(() => {
            this.timer = null;
            this.lastAt = this.clock.now();
            this.work();
        }, Math.max(this.soon, this.rest - (this.clock.now() - this.lastAt)));
    }

    stop(): void {
        if (this.timer !== null)
            this.clock.stop(this.timer);
        this.timer = null;
    }
}
