import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { activityText, looked } from '../src/pure/activity.ts';
import { ago, bytesOf, count, shareOf, timeOf } from '../src/pure/amounts.ts';
import { busTrouble, callTrouble } from '../src/pure/calls.ts';
import { endOf, isAbsent, reasonOf } from '../src/pure/ends.ts';
import { collectedAt, cpuShares, samplesOf } from '../src/pure/figures.ts';
import { adviceOf, quoted } from '../src/pure/images.ts';
import { isWrong, rowsOf } from '../src/pure/rows.ts';
import { visible } from '../src/pure/text.ts';
import { told, utcOf } from '../src/pure/times.ts';
import { unitsOf } from '../src/pure/units.ts';

test('a program that was killed is said to be, by either bridge', () => {
    assert.equal(reasonOf(endOf({ 'exit-signal': 'KILL' }), 'xl'), 'xl was ended by SIGKILL.'); // 287
    assert.equal(reasonOf(endOf({ 'exit-status': -9 }), 'xl'), 'xl was ended by signal 9.'); // 337
    assert.equal(reasonOf(endOf({ 'exit-status': 3, message: 'no' }), 'xl'), null);
});

test('what a program says on several lines is one line of the page', () => {
    assert.equal(endOf({ message: 'no such option\n  Try --help.\r\n' }).message, 'no such option Try --help.');
});

test('a socket at which nobody listens is absent, by either bridge', () => {
    assert.ok(isAbsent(endOf({ problem: 'not-found' })));
    assert.ok(isAbsent(endOf({ problem: 'terminated' }))); // 337, if the file is missing
    assert.ok(!isAbsent(endOf({})) && !isAbsent(endOf({ problem: 'access-denied' })));
});

test('a program that is not there, or that may not be run, is a sentence', () => {
    assert.match(reasonOf(endOf({ problem: 'not-found' }), 'xendomains')!, /no program xendomains/);
    assert.match(reasonOf(endOf({ problem: 'not-found', 'exit-status': -1 }), 'xendomains')!, /no program xendomains/); // 287 says both
    assert.match(reasonOf(endOf({ problem: 'access-denied' }), 'xendomains')!, /administrative access/);
});

test('figures have labels with any letters', () => {
    const text = '# HELP a b\na 1\nb{domain="it\'s \\"x\\" \\\\ } \\n",domid="7"} 2.5e3\nnot a sample\nc{} NaN';
    const [a, b, c] = samplesOf(text);
    assert.deepEqual(a, { name: 'a', labels: {}, value: 1 });
    assert.deepEqual(b, { name: 'b', labels: { domain: 'it\'s "x" \\ } \n', domid: '7' }, value: 2500 });
    assert.ok(Number.isNaN(c!.value));
});

test('the use of processors is between two looks, and only of domains that both have', () => {
    const at = (time: number, one: number, two?: number) => samplesOf(`xen_metrics_timestamp_seconds ${time}\n`
        + `xen_domain_cpu_seconds_total{domid="1"} ${one}\n${two === undefined ? '' : `xen_domain_cpu_seconds_total{domid="2"} ${two}\n`}`);
    assert.deepEqual([...cpuShares(at(100, 5), at(110, 20, 3))], [[1, 1.5]]);
    assert.deepEqual([...cpuShares(at(100, 5), at(110, 1))], []); // another domain has the number now
    assert.deepEqual([...cpuShares(at(100, 5), at(100, 6))], []);
    assert.deepEqual([...cpuShares([], at(100, 6))], []);
});

test('amounts are read by people', () => {
    assert.deepEqual([0, 1023, 1024, 1536, 1 << 26].map(bytesOf), ['0 B', '1023 B', '1 KiB', '1.5 KiB', '64 MiB']);
    assert.deepEqual([5, 65, 3 * 3600 + 120, 90_000].map(timeOf), ['5 s', '1 min 5 s', '3 h 2 min', '1 d 1 h']);
    assert.deepEqual([0.004, 0.5, 1.75, 0].map(shareOf), ['0.4 %', '50 %', '175 %', '0 %']);
    assert.deepEqual([ago(0.3), ago(20), ago(90)], ['now', '20 s ago', '1 min 30 s ago']);
    assert.deepEqual([count(1, 'guest'), count(2, 'child', 'children')], ['1 guest', '2 children']);
});

test('a console writes, has written, or is quiet', () => {
    const first = looked(null, 100, 10), second = looked(first, 2148, 12), third = looked(second, 2148, 42);
    assert.equal(activityText(first), 'quiet, 100 B');
    assert.equal(activityText(second), 'writes 1 KiB/s');
    assert.equal(activityText(third), 'wrote 30 s ago');
    assert.equal(activityText(looked(third, 0, 43)), 'has written nothing'); // another guest has the number now
});

const guest = (name: string, state: string, domid: number | null, startsWithHost = true) =>
    ({ name, state, domid, startsWithHost, memory: null });

test('guests that are wrong come first, then those that run', () => {
    const known = {
        guests: [guest('z', 'running', 1), guest('b', 'absent', null, false), guest('a', 'absent', null), guest('c', 'crashed', 4, false)],
        results: [], cpu: new Map(), memory: new Map([[1, 5]]), started: new Map([[1, 40]]), consoles: new Map(),
    };
    const rows = rowsOf(known, 100);
    assert.deepEqual(rows.map(row => row.name), ['a', 'c', 'z', 'b']);
    assert.deepEqual([rows[2]!.memory, rows[2]!.uptime], [5, 60]);
    assert.ok(isWrong(rows[0]!) && !isWrong(rows[3]!));
});

test('only an operation that went wrong and was the last is told', () => {
    const results = [
        { guest: 'a', operation: 'start', went_well: false, at: 1 },
        { guest: 'a', operation: 'stop', went_well: true, at: 2 },
    ];
    const known = { guests: [guest('a', 'running', 1)], cpu: new Map(), memory: new Map(), started: new Map(), consoles: new Map() };
    assert.equal(rowsOf({ ...known, results }, 0)[0]!.failed, null);
    assert.equal(rowsOf({ ...known, results: results.slice(0, 1) }, 0)[0]!.failed, 'start');
});

test('an image that is held back comes with a command that names its guest safely', () => {
    assert.match(adviceOf('failed', undefined, "it's").todo, /start --discard='it'\\''s' 'it'\\''s'/);
    assert.equal(adviceOf('saved', undefined, 'web').isHeld, false);
    assert.ok(adviceOf('stale', undefined, 'web').isHeld && !adviceOf('stale', undefined, 'web').todo.includes('--discard'));
    assert.deepEqual([quoted('web-1'), quoted('a b'), quoted('$(x)')], ['web-1', "'a b'", "'$(x)'"]);
});

test('a command that the page shows is about the guest with that very name, whatever the name has in it', () => {
    for (const name of ['web', 'a b', "it's", 'a`b', "a`'\\x41b", '$(x)', '$`', 'a\u202Eb', 'a\u00A0b', 'tail\n', '日`本', 'a\\']) {
        const word = quoted(name);
        assert.equal(execFileSync('bash', ['-c', `printf %s ${word}`], { encoding: 'utf8' }), name);
        assert.ok(visible(word) === word && !word.includes('`'), word); // nothing is lost or replaced where it is shown
    }
});

test("the watchdog's times are UTC", () => {
    assert.equal(utcOf('1970-01-02 00:00:05 UTC'), 86405);
    assert.equal(utcOf('yesterday'), null);
    assert.equal(utcOf(null), null);
});

test('services are read as systemctl show prints them', () => {
    const units = unitsOf('Id=xenstored.service\nLoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=2\n'
        + 'StateChangeTimestamp=Mon\n\n'
        + 'Id=xendomains.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\nNRestarts=0\nStateChangeTimestamp=\n');
    assert.deepEqual(units.map(unit => [unit.id, unit.isInstalled, unit.state, unit.restarts]),
        [['xenstored.service', true, 'runs', 2], ['xendomains.service', false, 'does not run', 0]]);
});

test("a status is old if its time stays the same, whatever the browser's clock says", () => {
    const first = told(null, '2026-11-30 02:00:00 UTC', 5), second = told(first, '2026-11-30 02:00:00 UTC', 17);
    assert.deepEqual([first.same, second.same], [0, 12]);
    assert.equal(told(second, '2026-11-30 02:00:03 UTC', 20).same, 0);
    assert.equal(told(second, '2026-11-30 01:00:00 UTC', 20).same, 0); // the host's clock was set back
});

test("an uptime is by the host's clock, and is not known without it", () => {
    const known = {
        guests: [guest('a', 'running', 1)], results: [], cpu: new Map(), memory: new Map(), consoles: new Map(),
        started: new Map([[1, 40]]),
    };
    assert.equal(rowsOf(known, collectedAt(samplesOf('xen_metrics_timestamp_seconds 100\n')))[0]!.uptime, 60);
    assert.equal(rowsOf(known, collectedAt([]))[0]!.uptime, null);
});

test('a service that does not answer in time is not said not to run, and one that does not know a call is older', () => {
    assert.match(callTrouble('org.freedesktop.DBus.Error.NoReply', 'Method call timed out', ''), /does not answer/); // 337
    assert.match(callTrouble('', '', 'timeout'), /does not answer/);
    for (const gone of ['ServiceUnknown', 'NameHasNoOwner', 'NoReply'])
        assert.match(callTrouble(`org.freedesktop.DBus.Error.${gone}`, 'Message recipient disconnected', ''), /does not run/);
    assert.match(callTrouble('org.freedesktop.DBus.Error.UnknownMethod', 'there are plans for start and stop', ''), /older than this page/);
    assert.match(callTrouble('org.freedesktop.DBus.Error.AccessDenied', 'no', ''), /administrative access \(no\)/);
    for (const own of ['web is no guest', 'xl list timed out'])
        assert.equal(callTrouble('org.freedesktop.DBus.Error.Failed', own, ''), own);
    assert.match(busTrouble('not-found', ''), /does not run/);
});
