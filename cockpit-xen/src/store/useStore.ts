import { useCallback, useEffect, useRef, useState } from 'react';
import { StoreLink } from '../host/store.ts';
import { Pace } from '../pure/pace.ts';
import { sentenceOf } from '../pure/refusals.ts';
import { Refusal } from '../pure/requests.ts';
import { Changes, StoreTree, nodeOf } from '../pure/tree.ts';
import { CLOCK, whyOf } from '../parts/hooks.ts';

const AT_ONCE = 40, PAUSE = 150, AGAIN = 3000, MOST_CHANGES = 2000;

export interface Store {
    tree: StoreTree;
    /** Null while there is no connection. */
    link: StoreLink | null;
    trouble: string | null;
    open: (path: string) => void;
    close: (path: string) => void;
    /** Opens what leads to a node, and reads the node. */
    reveal: (path: string) => Promise<void>;
}

/** The store's tree as far as it is opened, kept as it is in the store. A connection that ends is made again. */
export function useStore(): Store {
    const [tree, setTree] = useState(() => new StoreTree());
    const [link, setLink] = useState<StoreLink | null>(null);
    const [trouble, setTrouble] = useState<string | null>(null);
    const state = useRef(tree);
    const set = useCallback((change: (tree: StoreTree) => StoreTree) => setTree(state.current = change(state.current)), []);
    useConnection(useCallback(async (connected: StoreLink, changed: ReadonlySet<string> | null) => {
        setLink(connected);
        setTrouble(null);
        await refresh(connected, changed, state, set);
    }, [set]), useCallback(why => {
        setLink(null);
        setTrouble(why);
    }, []));
    const open = useCallback((path: string) => {
        set(before => before.opened(path));
        if (link)
            void read(link, [path], state, set);
    }, [link, set]);
    const reveal = useCallback(async (path: string) => {
        const parts = path.split('/').filter(part => part !== '');
        for (let length = 0; length < parts.length; length++) {
            const above = '/' + parts.slice(0, length).join('/');
            set(before => before.opened(above));
            if (link)
                await read(link, [above], state, set);
        }
    }, [link, set]);
    return { tree, link, trouble, open, reveal, close: useCallback(path => set(before => before.closed(path)), [set]) };
}

type Seen = (link: StoreLink, changed: ReadonlySet<string> | null) => Promise<void>;

// Calls seen with null once it is connected, and from then on with the paths that have changed, some at a time.
function useConnection(seen: Seen, lost: (why: string) => void): void {
    const [generation, setGeneration] = useState(0);
    useEffect(() => {
        let timer = 0, isOver = false;
        const end = (why: string) => {
            looks.stop(); // one that waits would say that all is well
            if (isOver)
                return;
            isOver = true;
            lost(why);
            timer = window.setTimeout(() => setGeneration(before => before + 1), AGAIN);
        };
        const fail = (e: unknown) => {
            end(e instanceof Refusal ? `The store does not tell what changes. ${sentenceOf(e.errno)}` : whyOf(e)); // the page says it
            link.close();
        };
        const looks = looksAt(changed => seen(link, changed).catch(fail));
        const link = new StoreLink(looks.tell, reason => end(reason.message));
        // The store sends an event for a new watch at once, so the whole tree is looked at first.
        link.watch('/').then(looks.tellAll, fail);
        return () => {
            isOver = true;
            window.clearTimeout(timer);
            looks.stop();
            link.close();
        };
    }, [generation, seen, lost]);
}

// One look after the other at what has changed until then, with a pause before each. What guests change while nobody sees the page costs
// nothing, and is read once somebody looks.
function looksAt(look: (changed: ReadonlySet<string> | null) => Promise<void>) {
    const changed = new Changes(MOST_CHANGES), pace = new Pace(() => look(changed.take()), PAUSE, PAUSE, CLOCK);
    const ask = () => {
        if (!cockpit.hidden && !changed.isEmpty)
            pace.ask();
    };
    cockpit.addEventListener('visibilitychange', ask);
    return {
        tell: (path: string) => {
            changed.add(path);
            ask();
        },
        tellAll: () => {
            changed.addAll();
            ask();
        },
        stop: () => {
            cockpit.removeEventListener('visibilitychange', ask);
            pace.stop();
        },
    };
}

interface Current {
    current: StoreTree;
}

type Change = (change: (tree: StoreTree) => StoreTree) => void;

async function refresh(link: StoreLink, changed: ReadonlySet<string> | null, state: Current, set: Change): Promise<void> {
    await read(link, state.current.toRead(changed), state, set);
}

// Reads nodes, and then those that have come to be seen by that. A few at a time, so that the store has time for others.
async function read(link: StoreLink, paths: readonly string[], state: Current, set: Change): Promise<void> {
    const tried = new Set<string>();
    for (let left = [...paths]; left.length > 0; left = state.current.unread().filter(path => !tried.has(path))) {
        for (let from = 0; from < left.length; from += AT_ONCE)
            await load(link, left.slice(from, from + AT_ONCE), set);
        left.forEach(path => tried.add(path));
    }
}

// Only a node that the store does not have is taken out. Of one that could not be read for another reason, such as the end of the
// connection, the page shows what it knows, until there is an answer.
async function load(link: StoreLink, paths: readonly string[], set: Change): Promise<void> {
    const answers = await Promise.all(paths.map(async path => {
        const node = nodeOf(...await Promise.allSettled([link.read(path), link.list(path), link.permissions(path)]));
        return node === undefined ? [] : [[path, node] as const];
    }));
    set(before => before.withAll(answers.flat(), Date.now()));
}
