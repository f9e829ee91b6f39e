import assert from 'node:assert/strict';
import test from 'node:test';
import { Framer, MOST_PAYLOAD, Type, encode, split, words } from '../src/pure/frames.ts';

const MESSAGES = [
    encode(Type.Read, 1, 0, words('local')),
    encode(Type.Write, 2, 7, Uint8Array.of(0x61, 0, 0xFF, 0x80, 0)),
    encode(Type.Directory, 0xFFFFFFFF, 0, new Uint8Array(0)),
    encode(Type.WatchEvent, 0, 0, words('/local/domain/1', 'page')),
    encode(Type.Read, 3, 0, new Uint8Array(MOST_PAYLOAD).fill(7)),
];

function joined(pieces: Uint8Array[]): Uint8Array {
    return Uint8Array.from(pieces.flatMap(piece => [...piece]));
}

test('messages are the same at whichever byte they are split', () => {
    const all = joined(MESSAGES), whole = new Framer().add(all);
    assert.equal(whole.length, MESSAGES.length);
    for (let at = 0; at <= all.length; at++) {
        const framer = new Framer();
        assert.deepEqual([...framer.add(all.slice(0, at)), ...framer.add(all.slice(at))], whole, `split at ${at}`);
    }
});

test('and if they come byte by byte', () => {
    const framer = new Framer(), all = joined(MESSAGES);
    assert.deepEqual([...all].flatMap(byte => framer.add(Uint8Array.of(byte))), new Framer().add(all));
});

test('a header says type, request, transaction and length as little-endian words', () => {
    assert.deepEqual([...encode(2, 0x01020304, 5, Uint8Array.of(9))], [2, 0, 0, 0, 4, 3, 2, 1, 5, 0, 0, 0, 1, 0, 0, 0, 9]);
    const [frame] = new Framer().add(encode(Type.Read, 0xFFFFFFFF, 0xFFFFFFFE, new Uint8Array(0)));
    assert.deepEqual([frame!.request, frame!.transaction], [0xFFFFFFFF, 0xFFFFFFFE]);
});

test('a message of more than the protocol allows is no message', () => {
    const header = encode(Type.Read, 1, 0, new Uint8Array(0));
    new DataView(header.buffer).setUint32(12, MOST_PAYLOAD + 1, true);
    assert.throws(() => new Framer().add(header), /4097 bytes/);
});

test('words are what stands before each NUL, and a last one without a NUL', () => {
    assert.deepEqual(split(words('a', '', 'b')), ['a', '', 'b']);
    assert.deepEqual(split(new TextEncoder().encode('a\0b')), ['a', 'b']);
    assert.deepEqual(split(new Uint8Array(0)), []);
});
