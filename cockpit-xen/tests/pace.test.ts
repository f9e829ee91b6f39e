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

test('work that takes its time is done once at a time, and what is asked meanwhile after it', async () => {
    const clock = clockOf(), ends: (() => void)[] = [];
    const pace = new Pace(() => new Promise<void>(end => ends.push(end)), 100, 100, clock);
    const goTo = async (time: number) => {
        clock.goTo(time);
        await Promise.resolve().then(() => { });
    };
    pace.ask();
    await goTo(100);
    pace.ask();
    pace.ask();
    await goTo(5000);
    assert.equal(ends.length, 1);
    ends[0]!();
    await goTo(5000);
    await goTo(5099);
    assert.equal(ends.length, 1); // the rest is from its end on
    await goTo(5100);
    assert.equal(ends.length, 2);
    pace.ask();
    pace.stop();
    ends[1]!();
    await goTo(5100);
    await goTo(10_000);
    assert.equal(ends.length, 2);
});

test('work that failed is hidden from nobody, and the next is done all the same', async () => {
    const clock = clockOf(), at: number[] = [], ends: unknown[] = [];
    const own = { ...clock, later: (call: () => unknown, pause: number) => clock.later(() => void ends.push(call()), pause) };
    const pace: Pace = new Pace(() => {
        at.push(clock.now());
        pace.ask();
        return Promise.reject(new Error('tried'));
    }, 100, 100, own);
    pace.ask();
    for (const time of [100, 200]) {
        clock.goTo(time);
        await assert.rejects(ends.pop() as Promise<void>, /tried/);
    }
    assert.deepEqual(at, [100, 200]);
});
