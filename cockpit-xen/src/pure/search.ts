import { childOf, inOrder } from './tree.ts';
import { textOf } from './text.ts';

export interface Readable {
    read(path: string): Promise<Uint8Array>;
    list(path: string): Promise<string[]>;
}

export interface Found {
    path: string;
    value: Uint8Array;
}

export interface Search {
    found: Found[];
    looked: number;
    /** Whether the search ended before it had seen all. */
    isCut: boolean;
    /** Of what it reached the most, if that ended it: nodes found, or nodes read. */
    limit: 'found' | 'looked' | null;
}

export const MOST_FOUND = 200, MOST_LOOKED = 50_000;
const AT_ONCE = 40;

/**
 * Looks through the whole store for a text in paths and values, without regard to capitals. Nodes that go while it looks are passed over.
 * @param told is called now and then with what was found so far. @param isOver ends the search early.
 */
export async function search(store: Readable, text: string, told: (so: Search) => void, isOver: () => boolean): Promise<Search> {
    const wanted = text.toLowerCase(), found: Found[] = [];
    let looked = 0, left = ['/'];
    while (left.length > 0 && found.length < MOST_FOUND && looked < MOST_LOOKED && !isOver()) {
        const turn = left.slice(0, AT_ONCE);
        left = left.slice(AT_ONCE);
        const nodes = await Promise.all(turn.map(path => nodeOf(store, path)));
        looked += turn.length;
        for (const { path, value, children } of nodes) {
            if (path !== '/' && (path.toLowerCase().includes(wanted) || textOf(value)?.toLowerCase().includes(wanted)))
                found.push({ path, value });
            left.push(...inOrder(children).map(name => childOf(path, name)));
        }
        told({ found: found.slice(0, MOST_FOUND), looked, isCut: false, limit: null });
    }
    const isCut = left.length > 0 || found.length > MOST_FOUND;
    const limit = !isCut ? null : found.length >= MOST_FOUND ? 'found' : looked >= MOST_LOOKED ? 'looked' : null;
    return { found: found.slice(0, MOST_FOUND), looked, isCut, limit };
}

/** What to say of a search that is over: what it did not see, and what to do about that. */
export function remainder({ limit }: Search): string {
    switch (limit) {
        case 'found': return 'There may be more: look for something longer.';
        case 'looked': return 'The store has more nodes, which a search does not read: look for it in the tree.';
        case null: return '';
    }
}

async function nodeOf(store: Readable, path: string) {
    const [value, children] = await Promise.allSettled([store.read(path), store.list(path)]);
    return {
        path,
        value: value.status === 'fulfilled' ? value.value : new Uint8Array(0),
        children: children.status === 'fulfilled' ? children.value : [],
    };
}
