import assert from 'node:assert/strict';
import test from 'node:test';
import { entriesOf, inWords, lettersOf } from '../src/pure/permissions.ts';

const said = (...entries: string[]) => inWords(entriesOf(entries), domid => domid === 5 ? 'web' : undefined);

test('the first entry is the owner, and what all others may', () => {
    assert.deepEqual(said('n0'), ['Domain 0 owns it, and may do everything.', 'Every other domain may do nothing with it.']);
    assert.deepEqual(said('r5'), ['Domain 5 (web) owns it, and may do everything; so may domain 0.', 'Every other domain may read it.']);
    assert.deepEqual(said('b7'),
        ['Domain 7 owns it, and may do everything; so may domain 0.', 'Every other domain may read and write it.']);
});

test('the others are named, each once: its first entry counts', () => {
    assert.deepEqual(said('n0', 'r5', 'w6', 'b5'), [
        'Domain 0 owns it, and may do everything.', 'Domain 5 (web) may read it.', 'Domain 6 may write it.',
        'Every other domain may do nothing with it.',
    ]);
});

test('an entry of the owner or of domain 0 takes nothing from them', () => {
    assert.deepEqual(said('r5', 'n5', 'n0'),
        ['Domain 5 (web) owns it, and may do everything; so may domain 0.', 'Every other domain may read it.']);
});

test('entries are read and written as the protocol has them', () => {
    assert.deepEqual(lettersOf(entriesOf(['n0', 'b32767'])), ['n0', 'b32767']);
    assert.deepEqual(entriesOf(['', 'x1', 'r', 'r-1', 'r5 ']), []);
});

test('no entries are no permission', () => assert.equal(said().length, 1));
