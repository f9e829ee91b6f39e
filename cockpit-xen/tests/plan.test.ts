import assert from 'node:assert/strict';
import test from 'node:test';
import { BOX, about, ended, lineOf, namesOf, pictureOf, planOf, toldSince } from '../src/pure/plan.ts';

const WIDTH = 150;

/** A plan of guests, each with those before it. */
const planned = (after: Record<string, string[]>) => planOf(JSON.stringify({
    steps: Object.entries(after).map(([guest, before]) => ({ guest, action: 'create', why: 'it is wanted', after: before })), remarks: [],
}));

const places = (after: Record<string, string[]>) =>
    Object.fromEntries(pictureOf(planned(after), 4, WIDTH).boxes.map(box => [box.step.guest, box.place]));

test('who waits for nobody is first, and others come one after those that they wait for', () => {
    assert.deepEqual(places({ db: [], web: ['db'], mail: ['db'], backup: ['web', 'mail'], other: [] }),
        { db: 1, other: 1, web: 2, mail: 2, backup: 3 });
});

test('the longest way counts, in whatever order the steps stand', () => {
    assert.deepEqual(places({ d: ['a', 'c'], c: ['b'], b: ['a'], a: [] }), { a: 1, b: 2, c: 3, d: 4 });
});

test('guests that are not in the plan, the guest itself and a circle are no way', () => {
    assert.deepEqual(places({ a: ['elsewhere', 'a'] }), { a: 1 });
    const circle = places({ a: ['b'], b: ['a'] });
    assert.deepEqual(Object.keys(circle).sort(), ['a', 'b']);
});

test('an arrow leads from each guest to those that wait for it, downwards', () => {
    const picture = pictureOf(planned({ db: [], web: ['db'], backup: ['db', 'web'] }), 4, WIDTH);
    assert.deepEqual(picture.arrows.map(({ from, to }) => `${from.step.guest}>${to.step.guest}`).sort(),
        ['db>backup', 'db>web', 'web>backup']);
    assert.ok(picture.arrows.every(({ from, to }) => from.y < to.y));
    assert.match(lineOf(picture.arrows[0]!, WIDTH), /^M [\d.]+ [\d.]+ C /);
});

test('no two boxes overlap, and all are within the picture, however many there are', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`g${at}`, at % 7 === 0 ? [] : [`g${at - 1}`]]));
    const { boxes, width, height } = pictureOf(planned(many), 3, WIDTH);
    assert.equal(boxes.length, 300);
    assert.equal(new Set(boxes.map(box => `${box.x} ${box.y}`)).size, 300);
    assert.ok(boxes.every(box => box.x + WIDTH <= width && box.y + BOX.height <= height));
    assert.ok(width <= 3 * (WIDTH + BOX.gap));
});

test('a line never goes through a box', () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`g${at}`, at === 0 ? [] : at < 9 ? ['g0'] : ['g1', 'g5']]));
    const { boxes, arrows } = pictureOf(planned(many), 2, WIDTH);
    assert.equal(arrows.length, 8 + 3 * 2);
    for (const arrow of arrows)
        for (const [x, y] of pointsOf(lineOf(arrow, WIDTH)))
            assert.ok(!boxes.some(box => x > box.x && x < box.x + WIDTH && y > box.y && y < box.y + BOX.height), `${x} ${y}`);
});

/** Points on a line that goes up, down and sideways; of a curve only its ends. */
function pointsOf(line: string): [number, number][] {
    const points: [number, number][] = [];
    let [x, y] = [0, 0];
    for (const [, letter, numbers] of line.matchAll(/([MVHC]) ([-\d., ]+)/g)) {
        const to = numbers!.match(/-?[\d.]+/g)!.map(Number), [nextX, nextY] = letter === 'V' ? [x, to[0]!] : letter === 'H' ? [to[0]!, y]
            : [to[to.length - 2]!, to[to.length - 1]!];
        for (let part = 0; part <= 1 && (letter === 'V' || letter === 'H'); part += 0.02)
            points.push([x + (nextX - x) * part, y + (nextY - y) * part]);
        [x, y] = [nextX, nextY];
        points.push([x, y]);
    }
    return points;
}

test('a plan without steps has no size', () => {
    const { width, height, boxes } = pictureOf(planned({}), 4, WIDTH);
    assert.deepEqual([width, height, boxes.length], [0, 0, 0]);
});

test('guests that were not asked for are left out, and ways have their times', () => {
    const plan = planOf(JSON.stringify({
        steps: [
            { guest: 'web', action: 'stop', fault: false, why: '', ways: [{ way: 'save', within: 20 }, { way: 'destroy' }], after: [] },
            { guest: 'db', domid: 1, action: 'leave', fault: false, why: 'it was not asked for', ways: [], after: ['web'] },
        ], remarks: ['a remark'],
    }));
    assert.deepEqual(plan.steps.map(step => step.guest), ['web']);
    assert.deepEqual(plan.steps[0]!.ways, ['save within 20 s', 'destroy']);
    assert.deepEqual(plan.remarks, ['a remark']);
});

test('a plan for some guests shows them and those before them', () => {
    const plan = planned({ db: [], web: ['db'], mail: ['db'], backup: ['web', 'mail', 'elsewhere'], other: [] });
    assert.deepEqual(about(plan, ['web']).steps.map(step => step.guest), ['db', 'web']);
    assert.deepEqual(about(plan, ['backup', 'other']).steps.length, 5);
    assert.equal(about(plan, []).steps.length, 5);
});

test('all that is acted on was shown: a guest that has come since the plan is not in it, and is left alone', () => {
    const plan = planOf(JSON.stringify({
        steps: [['web', 'stop'], ['old', 'create'], ['saved', 'restore'], ['broken', 'hold'], ['mine', 'leave'], ['up', 'keep']]
            .map(([guest, action]) => ({ guest, action, why: '', after: [] })), remarks: [],
    }));
    assert.deepEqual(namesOf(plan, []), ['web', 'old', 'saved', 'broken']);
    assert.deepEqual(namesOf(plan, ['web', 'mine']), ['web', 'mine']);
});

test('an earlier stop of a guest does not make the next one seem done', () => {
    const done = { verb: 'stop', stage: 'done' }, before = new Map([['web', done]]);
    assert.equal(toldSince(before, before, 'stop', 'web'), undefined);
    assert.equal(toldSince(before, new Map([['web', { verb: 'start', stage: 'working' }]]), 'stop', 'web'), undefined);
    const again = { ...done };
    assert.equal(toldSince(before, new Map([['web', again]]), 'stop', 'web'), again);
});

test('no guest is being stopped by a service that is gone', () => {
    const stage = (stage: string) => ({ verb: 'stop', stage });
    const told = new Map(['done', 'working', 'waiting', 'failed', 'left'].map(word => [`guest ${word}`, stage(word)]));
    assert.deepEqual([...ended(told).keys()], ['guest done', 'guest failed', 'guest left']);
});

test('what is no plan is a fault', () => {
    assert.throws(() => planOf('{}'));
    assert.throws(() => planOf('not JSON'));
});
