import assert from 'node:assert/strict';
import test from 'node:test';
import { Refusal } from '../src/pure/requests.ts';
import { MOST_FOUND, MOST_LOOKED, remainder, search } from '../src/pure/search.ts';
import { Changes, StoreTree, childOf, inOrder, nodeOf, parentOf } from '../src/pure/tree.ts';
import type { Node } from '../src/pure/tree.ts';

const node = (children: string[] = [], value = '') => ({ value: new TextEncoder().encode(value), children, permissions: [] });

function tree(): StoreTree {
    return new StoreTree().with('/', node(['local', 'vm']), 1).opened('/local').with('/local', node(['domain']), 1)
        .opened('/local/domain').with('/local/domain', node(['1', '10', '2']), 1);
}

test('the lines are what is open, each with its level and place', () => {
    assert.deepEqual(tree().lines().map(line => `${line.level} ${line.path} ${line.place}/${line.siblings}`), [
        '1 /local 1/2', '2 /local/domain 1/1', '3 /local/domain/1 1/3', '3 /local/domain/10 2/3', '3 /local/domain/2 3/3', '1 /vm 2/2',
    ]);
    assert.deepEqual(tree().closed('/local').lines().map(line => line.path), ['/local', '/vm']);
});

test('a change is read where it is seen: the node and its parent', () => {
    assert.deepEqual(tree().toRead(new Set(['/local/domain/3'])), ['/local/domain']);
    assert.deepEqual(tree().toRead(new Set(['/local/domain/2'])).sort(), ['/local/domain', '/local/domain/2']);
    assert.deepEqual(tree().toRead(new Set(['/vm/x/y'])), []);
});

test('a removal reaches all that is seen below it', () => {
    assert.ok(tree().toRead(new Set(['/local'])).includes('/local/domain/2'));
    const gone = tree().with('/local/domain', null, 2);
    assert.equal(gone.nodes.has('/local/domain'), false);
    assert.equal(gone.nodes.has('/local'), true);
});

test('a node that was closed shows nothing old when it is opened again', () => {
    const before = tree().with('/local/domain/1', node([], 'old'), 1), again = before.closed('/local').opened('/local');
    assert.equal(again.nodes.has('/local/domain/1'), false);
    assert.deepEqual(again.unread().filter(path => path.startsWith('/local')), ['/local/domain']);
    assert.equal(again.nodes.has('/local'), true);
});

test('a guest that changes thousands of nodes does not have the page compare each with each', () => {
    const names = Array.from({ length: 3000 }, (_, at) => `n${at}`), changed = new Set(names.map(name => `/local/${name}`));
    let looks = 0;
    const counted = new Proxy(changed, {
        get: (set, name) => {
            looks++;
            const value: unknown = Reflect.get(set, name, set);
            return typeof value === 'function' ? value.bind(set) as unknown : value;
        },
    });
    const wide = new StoreTree().with('/', node(['local']), 1).opened('/local').with('/local', node(names), 1);
    assert.equal(wide.toRead(counted).length, 3001);
    assert.ok(looks < 10_000, `${looks} looks`);
});

test('paths without end that change are not all kept: then anything may have changed', () => {
    const changes = new Changes(3);
    for (const path of ['/a', '/b', '/a', '/c'])
        changes.add(path);
    assert.deepEqual([...changes.take()!], ['/a', '/b', '/c']);
    assert.equal(changes.isEmpty, true);
    for (const path of ['/a', '/b', '/c', '/d', '/e'])
        changes.add(path);
    assert.equal(changes.isEmpty, false);
    assert.equal(changes.take(), null);
    assert.equal(changes.isEmpty, true);
    changes.addAll();
    assert.equal(changes.isEmpty, false);
    assert.equal(changes.take(), null);
});

test('after a new connection all that is seen is read', () => {
    assert.equal(tree().toRead(null).length, 7);
});

test('only what differs has changed', () => {
    const before = tree().with('/vm', node([], 'a'), 1);
    assert.equal(before.nodes.get('/vm')!.changedAt, 0);
    assert.equal(before.with('/vm', node([], 'a'), 2).nodes.get('/vm')!.changedAt, 0);
    assert.equal(before.with('/vm', node([], 'b'), 2).nodes.get('/vm')!.changedAt, 2);
    assert.equal(before.with('/vm', node(['x'], 'a'), 3).nodes.get('/vm')!.changedAt, 3);
});

test('only a node that the store does not have is gone: a guest that keeps changing its list does not take it off the page', async () => {
    const answered = async (errno: string) => nodeOf(...await Promise.allSettled([
        Promise.resolve(new Uint8Array(0)), Promise.reject<string[]>(new Refusal(errno)), Promise.resolve([]),
    ]));
    assert.equal(await answered('ENOENT'), null);
    for (const errno of ['EAGAIN', 'EACCES', 'EIO'])
        assert.equal(await answered(errno), undefined, errno);
    const [ended] = await Promise.allSettled([Promise.reject<never>(new Error('the connection is over'))]);
    assert.equal(nodeOf(ended, ended, ended), undefined);
    assert.equal(tree().isListed('/local/domain/2'), true); // so it is listed, if it was never read
    assert.equal(tree().isListed('/local/domain/3'), false);
    assert.equal(tree().isListed('/'), true);
});

test('many nodes are taken at once: what is known is copied once for all of them', () => {
    let copies = 0;
    class Counted extends Map<string, Node> {
        override [Symbol.iterator]() {
            copies++;
            return super[Symbol.iterator]();
        }
    }
    const known = new StoreTree(new Counted(tree().nodes)), changed = Array.from({ length: 1000 }, (_, at) => `/local/domain/${at}`);
    copies = 0;
    const now = known.withAll(changed.map(path => [path, node([], 'new')] as const), 5);
    assert.equal(copies, 1);
    assert.equal(now.nodes.size, known.nodes.size + 1000);
    const gone = now.withAll([['/local/domain/7', null], ['/local', null]], 6);
    assert.deepEqual([...gone.nodes.keys()], ['/']);
    assert.deepEqual([...now.withAll([['/', null]], 6).nodes.keys()], []);
});

test('numbers are listed by their size, before names', () => {
    assert.deepEqual(inOrder(['b', '10', '2', 'a', '1']), ['1', '2', '10', 'a', 'b']);
});

test('paths are joined and cut', () => {
    assert.equal(childOf('/', 'a'), '/a');
    assert.equal(childOf('/a', 'b'), '/a/b');
    assert.equal(parentOf('/a/b'), '/a');
    assert.equal(parentOf('/a'), '/');
});

const STORE: Record<string, [string, string[]]> = {
    '/': ['', ['local', 'tool']], '/local': ['', ['Web', 'gone']], '/local/Web': ['x', []], '/tool': ['the WEB', []],
};

const readable = {
    read: (path: string) => STORE[path] ? Promise.resolve(new TextEncoder().encode(STORE[path][0])) : Promise.reject(new Error('ENOENT')),
    list: (path: string) => STORE[path] ? Promise.resolve(STORE[path][1]) : Promise.reject(new Error('ENOENT')),
};

test('a search finds paths and values without regard to capitals, and passes over what has gone', async () => {
    const { found, looked, isCut } = await search(readable, 'wEb', () => { }, () => false);
    assert.deepEqual(found.map(one => one.path), ['/tool', '/local/Web']);
    assert.deepEqual([looked, isCut], [5, false]);
});

test('a search that is given up says that there is more', async () => {
    assert.equal((await search(readable, 'web', () => { }, () => true)).isCut, true);
});

test('a search that ends at a limit says which, and claims nothing of what it did not read', async () => {
    const wide = (names: string[]) => ({
        read: () => Promise.resolve(new Uint8Array(0)),
        list: (path: string) => Promise.resolve(path === '/' ? names : []),
    });
    const store = wide(Array.from({ length: MOST_LOOKED + 100 }, (_, at) => `node${at}`));
    const none = await search(store, 'web', () => { }, () => false);
    assert.deepEqual([none.found.length, none.isCut, none.limit], [0, true, 'looked']);
    assert.match(remainder(none), /more nodes.* look for it in the tree/);
    const many = await search(store, 'node', () => { }, () => false);
    assert.deepEqual([many.found.length, many.isCut, many.limit], [MOST_FOUND, true, 'found']);
    assert.match(remainder(many), /something longer/);
    assert.equal(remainder(await search(wide(['node']), 'web', () => { }, () => false)), '');
});
