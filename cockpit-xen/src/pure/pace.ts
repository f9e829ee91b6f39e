export interface Clock {
    /** Milliseconds since some moment. */
    now(): number;
    /** Calls a function after some milliseconds; what this returns, stop takes. Nobody handles a promise of the function's. */
    later(call: () => unknown, pause: number): number;
    stop(timer: number): void;
}

/**
 * Work that is asked for by events: it is done soon after the first of them, and again only after a rest, however many there are. Both are
 * in milliseconds. A guest can make events without end, and must not make the host work without end. Work that takes its time is done
 * once at a time, and what is asked meanwhile is done after the rest. Work that fails is for the work itself to tell; the next is done all
 * the same.
 */
export class Pace {
    private timer: number | null = null;
    private lastAt = -Infinity;
    private isBusy = false;
    private isAsked = false;

    constructor(private readonly work: () => unknown, private readonly soon: number, private readonly rest: number,
        private readonly clock: Clock) { }

    ask(): void {
        if (this.isBusy)
            this.isAsked = true;
        else
            this.timer ??= this.clock.later(() => this.go(), Math.max(this.soon, this.rest - (this.clock.now() - this.lastAt)));
    }

    /** What was asked for is not done any more. */
    stop(): void {
        if (this.timer !== null)
            this.clock.stop(this.timer);
        this.timer = null;
        this.isAsked = false;
    }

    private async go(): Promise<void> {
        this.timer = null;
        this.isBusy = true;
        try {
            const doing = this.work();
            if (doing instanceof Promise)
                await doing;
        } finally {
            this.isBusy = false;
            this.lastAt = this.clock.now();
            if (this.isAsked) {
                this.isAsked = false;
                this.ask();
            }
        }
    }
}
