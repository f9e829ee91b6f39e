import type { Permission } from './permissions.ts';
import { Refusal } from './requests.ts';

export interface Node {
    value: Uint8Array;
    children: string[];
    permissions: Permission[];
    /** When it was last seen to differ, in milliseconds; 0: not since it was first read. */
    changedAt: number;
}

/** A node as the store answers. */
export type Read = Omit<Node, 'changedAt'>;

export interface Line {
    path: string;
    name: string;
    /** 1 for the children of the root. */
    level: number;
    node: Node | undefined;
    isOpen: boolean;
    place: number;
    siblings: number;
}

/** The store's tree as far as somebody has looked into it. It is a value: each change makes another one. */
export class StoreTree {
    constructor(readonly nodes: ReadonlyMap<string, Node> = new Map(), readonly open: ReadonlySet<string> = new Set(['/'])) { }

    /** Nothing was read below it while it was closed, so what is known there may be old, and is forgotten. */
    opened(path: string): StoreTree {
        if (this.open.has(path))
            return this;
        return new StoreTree(new Map([...this.nodes].filter(([one]) => !one.startsWith(path + '/'))), new Set(this.open).add(path));
    }

    closed(path: string): StoreTree {
        const open = new Set(this.open);
        open.delete(path);
        return new StoreTree(this.nodes, open);
    }

    /** Takes what a node is now; null: it is gone, with all below it. @param at the time, in milliseconds. */
    with(path: string, node: Read | null, at: number): StoreTree {
        return this.withAll([[path, node]], at);
    }

    /** The same for many nodes. What is known is copied once for all of them, because a guest can make thousands. */
    withAll(batch: readonly (readonly [path: string, node: Read | null])[], at: number): StoreTree {
        if (batch.length === 0)
            return this;
        const nodes = new Map(this.nodes), gone = new Set<string>();
        for (const [path, node] of batch) {
            const before = nodes.get(path);
            if (node === null)
                gone.add(path);
            else
                nodes.set(path, { ...node, changedAt: before && differs(before, node) ? at : before?.changedAt ?? 0 });
        }
        if (gone.size > 0)
            for (const path of [...nodes.keys()].filter(path => isBelow(path, gone)))
                nodes.delete(path);
        return new StoreTree(nodes, this.open);
    }

    /** Whether its parent has it, as far as that was read. The root is always there. */
    isListed(path: string): boolean {
        return path === '/' || this.nodes.get(parentOf(path))?.children.includes(path.slice(path.lastIndexOf('/') + 1)) === true;
    }

    /** Which nodes have to be read after a change at these paths: those that are seen; all of them for null. */
    toRead(changed: ReadonlySet<string> | null): string[] {
        const seen = new Set<string>(['/']);
        for (const line of this.lines())
            seen.add(line.path);
        if (changed === null)
            return [...seen];
        const wanted = new Set<string>();
        for (const path of changed)
            for (const one of [path, parentOf(path)])
                if (seen.has(one))
                    wanted.add(one);
        // A removal is told at the node that was removed, and not below it. A guest can change thousands of nodes, so that not each node
        // is compared with each change.
        for (const path of seen)
            for (let above = parentOf(path); above !== '/' && !wanted.has(path); above = parentOf(above))
                if (changed.has(above))
                    wanted.add(path);
        return [...wanted];
    }

    /** Nodes that are seen, and of which nothing is known yet. */
    unread(): string[] {
        return this.lines().filter(line => !line.node).map(line => line.path);
    }

    /** The lines of the tree as it is seen, from the top. */
    lines(): Line[] {
        const lines: Line[] = [];
        const add = (above: string, level: number) => {
            const children = this.nodes.get(above)?.children ?? [];
            children.forEach((name, index) => {
                const path = childOf(above, name), isOpen = this.open.has(path);
                lines.push({ path, name, level, node: this.nodes.get(path), isOpen, place: index + 1, siblings: children.length });
                if (isOpen)
                    add(path, level + 1);
            });
        };
        add('/', 1);
        return lines;
    }
}

export function childOf(path: string, name: string): string {
    return path === '/' ? '/' + name : `${path}/${name}`;
}

export function parentOf(path: string): string {
    const at = path.lastIndexOf('/');
    return at <= 0 ? '/' : path.slice(0, at);
}

/** Paths at which something changed, until somebody looks: no more than some, and then it is only known that much has changed. */
export class Changes {
    private paths: Set<string> | null = new Set();

    constructor(private readonly most: number) { }

    get isEmpty(): boolean {
        return this.paths?.size === 0;
    }

    add(path: string): void {
        this.paths?.add(path);
        if (this.paths && this.paths.size > this.most)
            this.paths = null;
    }

    /** Anything may have changed. */
    addAll(): void {
        this.paths = null;
    }

    /** What has changed since the last time; null: anything may have. */
    take(): ReadonlySet<string> | null {
        const taken = this.paths;
        this.paths = new Set();
        return taken;
    }
}

/** Children as they are listed: numbers by their size, and then the others. */
export function inOrder(names: readonly string[]): string[] {
    const isNumber = (name: string) => /^\d+$/.test(name);
    return [...names].sort((one, other) => isNumber(one) && isNumber(other) ? Number(one) - Number(other)
        : isNumber(one) !== isNumber(other) ? (isNumber(one) ? -1 : 1)
            : one < other ? -1 : one > other ? 1 : 0);
}

/**
 * What the answers to the three requests about a node say of it: null if the store does not have it, undefined if they do not tell. Only
 * ENOENT says that a node is gone: another refusal may be of who asks (EACCES), or of a list that its guest keeps changing (EAGAIN).
 */
export function nodeOf(value: PromiseSettledResult<Uint8Array>, children: PromiseSettledResult<string[]>,
    permissions: PromiseSettledResult<Permission[]>): Read | null | undefined {
    if (value.status === 'fulfilled' && children.status === 'fulfilled' && permissions.status === 'fulfilled')
        return { value: value.value, children: inOrder(children.value), permissions: permissions.value };
    const isGone = [value, children, permissions].some(one =>
        one.status === 'rejected' && one.reason instanceof Refusal && one.reason.errno === 'ENOENT');
    return isGone ? null : undefined;
}

function differs(before: Node, now: Read): boolean {
    return !same(before.value, now.value) || before.children.join('\0') !== now.children.join('\0');
}

// Whether a path is one of these, or below one.
function isBelow(path: string, these: ReadonlySet<string>): boolean {
    for (let above = path; ; above = parentOf(above))
        if (these.has(above) || above === '/')
            return these.has(above);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
    return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
