import assert from 'node:assert/strict';
import test from 'node:test';
import { BrokenProtocol, Framer, Type, encode, split, words } from '../src/pure/frames.ts';
import type { Frame } from '../src/pure/frames.ts';
import { Refusal, StoreRequests } from '../src/pure/requests.ts';

/** A store that answers each request by a function. */
function storeOf(answer: (asked: Frame) => [number, Uint8Array] | null) {
    const framer = new Framer(), changed: string[] = [];
    const store: StoreRequests = new StoreRequests(bytes => {
        for (const asked of framer.add(bytes)) {
            const reply = answer(asked);
            if (reply)
                queueMicrotask(() => store.receive(encode(reply[0], asked.request, 0, reply[1])));
        }
    }, path => changed.push(path));
    return { store, changed };
}

test('each answer goes to its own request, also out of order', async () => {
    const asked: Frame[] = [];
    const { store } = storeOf(frame => {
        asked.push(frame);
        return null;
    });
    const answers = Promise.all([store.readText('/a'), store.readText('/b')]);
    for (const frame of asked.reverse())
        store.receive(encode(Type.Read, frame.request, 0, new TextEncoder().encode(`of ${split(frame.payload)[0]}`)));
    assert.deepEqual(await answers, ['of /a', 'of /b']);
});

test('a refusal has the name of its error', async () => {
    const { store } = storeOf(() => [Type.Error, words('EACCES')]);
    await assert.rejects(store.read('/x'), (e: Refusal) => e instanceof Refusal && e.errno === 'EACCES');
});

test('events tell the path, and are no answers', async () => {
    const { store, changed } = storeOf(() => [Type.Watch, words('OK')]);
    await store.watch('/');
    store.receive(encode(Type.WatchEvent, 0, 0, words('/local/domain/1/name', 'page')));
    assert.deepEqual(changed, ['/local/domain/1/name']);
});

test('a list that is too long for one answer comes in parts', async () => {
    const names = Array.from({ length: 900 }, (_, at) => `node-${at}`), all = words(...names);
    const { store } = storeOf(({ type, payload }) => {
        if (type === Type.Directory)
            return [Type.Error, words('E2BIG')];
        const from = Number(split(payload)[1]), part = all.slice(from, from + 1000), isLast = from + 1000 >= all.length;
        return [Type.DirectoryPart, Uint8Array.from([...words('7'), ...part, ...(isLast ? [0] : [])])];
    });
    assert.deepEqual(await store.list('/'), names);
});

test('and is begun again if it has changed in between', async () => {
    let state = 1;
    const { store } = storeOf(({ type, payload }) => {
        if (type === Type.Directory)
            return [Type.Error, words('E2BIG')];
        return split(payload)[1] === '0'
            ? [Type.DirectoryPart, Uint8Array.from([...words(String(state)), ...words(`a${state}`)])]
            : [Type.DirectoryPart, Uint8Array.from([...words(String(state = 2)), ...words('b'), 0])];
    });
    assert.deepEqual(await store.list('/'), ['a2', 'b']);
});

test('what waits when the connection ends is refused, and what is asked after that', async () => {
    const { store } = storeOf(() => null), waiting = store.read('/a');
    store.end(new Error('the store is gone'));
    await assert.rejects(waiting, /gone/);
    await assert.rejects(store.read('/b'), /gone/);
});

test('an answer to no request is no part of the protocol', () => {
    const { store } = storeOf(() => null);
    assert.throws(() => store.receive(encode(Type.Read, 99, 0, new Uint8Array(0))), /which was not made/);
});

test('an answer of another type breaks the protocol, and what waits for it is told the end of the connection', async () => {
    const { store } = storeOf(() => null), waiting = store.read('/a');
    assert.throws(() => store.receive(encode(Type.Watch, 1, 0, words('OK'))), BrokenProtocol);
    store.end(new Error('it is not asked any further'));
    await assert.rejects(waiting, /not asked any further/);
});

test('a value that is too large is refused before it is sent', async () => {
    const { store } = storeOf(() => [Type.Write, words('OK')]);
    await store.write('/a', new Uint8Array(4093));
    await assert.rejects(store.write('/a', new Uint8Array(4094)), (e: Refusal) => e.errno === 'E2BIG');
});
