import assert from 'node:assert/strict';
import test from 'node:test';
import { Pace } from '../src/pure/pace.ts';

/** A clock that goes when it is told to. */
function clockOf() {
    let now = 0, last = 0;
    const due = new Map<number, { at: number; call: () => void }>();
    return {
        now: () => now,
        later: (call: () => void, pause: number) => {
            due.set(++last, { at: now + pause, call });
            return last;
        },
        stop: (timer: number) => void due.delete(timer),
        goTo: (time: number) => {
            now = time;
            for (const [timer, { at, call }] of due)
                if (at <= now) {
                    due.delete(timer);
                    call();
                }
        },
    };
}

test('events without end neither put the work off for ever nor have it done without end', () => {
    const clock = clockOf(), at: number[] = [], pace = new Pace(() => at.push(clock.now()), 300, 2000, clock);
    for (let time = 0; time <= 10_000; time += 100) {
        clock.goTo(time);
        pace.ask();
    }
    assert.deepEqual(at, [300, 2300, 4300, 6300, 8300]);
});

test('work that makes the event which asks for it has its rest as well', () => {
    const clock = clockOf(), at: number[] = [], pace: Pace = new Pace(() => {
        at.push(clock.now());
        pace.ask();
    }, 300, 2000, clock);
    pace.ask();
    for (let time = 0; time <= 5000; time += 100)
        clock.goTo(time);
    assert.deepEqual(at, [300, 2300, 4300]);
});

test('what was asked for is not done after the end', () => {
    const clock = clockOf(), pace = new Pace(() => assert.fail('it was stopped'), 300, 2000, clock);
    pace.ask();
    pace.stop();
    clock.goTo(10_000);
    assert.equal(clock.now(), 10_000);
});
