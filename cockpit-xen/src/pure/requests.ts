import { BrokenProtocol, Framer, MOST_PAYLOAD, Type, encode, split, words } from './frames.ts';
import type { Frame } from './frames.ts';
import { entriesOf, lettersOf } from './permissions.ts';
import type { Permission } from './permissions.ts';

/** The store refused a request. The name is one of errno's: ENOENT, EACCES and so on. */
export class Refusal extends Error {
    constructor(readonly errno: string) {
        super(errno);
    }
}

interface Waiting {
    type: number;
    answer: (payload: Uint8Array) => void;
    refuse: (reason: Error) => void;
}

const MOST_TRIES = 5;

/** A client of the store, apart from how bytes get there. */
export class StoreRequests {
    private readonly framer = new Framer();
    private readonly waiting = new Map<number, Waiting>();
    private last = 0;
    private ended: Error | null = null;

    /** @param send takes bytes to the store. @param changed is told each path below which something changed. */
    constructor(private readonly send: (bytes: Uint8Array) => void, private readonly changed: (path: string) => void) { }

    /** Takes bytes from the store. Throws BrokenProtocol; then the connection is of no more use. */
    receive(bytes: Uint8Array): void {
        for (const frame of this.framer.add(bytes))
            this.take(frame);
    }

    /** The connection is over: nothing that waits will be answered. */
    end(reason: Error): void {
        this.ended = reason;
        const left = [...this.waiting.values()];
        this.waiting.clear();
        for (const one of left)
            one.refuse(reason);
    }

    async read(path: string): Promise<Uint8Array> {
        return this.ask(Type.Read, words(path));
    }

    async readText(path: string): Promise<string> {
        return new TextDecoder().decode(await this.read(path));
    }

    /** The names of a node's children, in the store's order. */
    async list(path: string): Promise<string[]> {
        try {
            return split(await this.ask(Type.Directory, words(path)));
        } catch (e) {
            if (e instanceof Refusal && e.errno === 'E2BIG')
                return this.listInParts(path);
            throw e;
        }
    }

    async permissions(path: string): Promise<Permission[]> {
        return entriesOf(split(await this.ask(Type.GetPerms, words(path))));
    }

    async watch(path: string): Promise<void> {
        await this.ask(Type.Watch, words(path, 'page'));
    }

    async write(path: string, value: Uint8Array): Promise<void> {
        const name = words(path), payload = new Uint8Array(name.length + value.length);
        payload.set(name);
        payload.set(value, name.length);
        await this.ask(Type.Write, payload);
    }

    async remove(path: string): Promise<void> {
        await this.ask(Type.Rm, words(path));
    }

    async setPermissions(path: string, permissions: readonly Permission[]): Promise<void> {
        await this.ask(Type.SetPerms, words(path, ...lettersOf(permissions)));
    }

    // A part begins with the number of the list's state. A list that has changed in between is begun again.
    private async listInParts(path: string): Promise<string[]> {
        for (let tries = 0; tries < MOST_TRIES; tries++) {
            let bytes: number[] = [], state: string | undefined;
            while (true) {
                const payload = await this.ask(Type.DirectoryPart, words(path, String(bytes.length)));
                const end = payload.indexOf(0), now = new TextDecoder().decode(payload.subarray(0, end));
                if (state !== undefined && state !== now)
                    break;
                state = now;
                const part = payload.subarray(end + 1);
                // The last part ends with an empty name.
                const isLast = part.length === 0 || part[part.length - 1] === 0 && (part.length === 1 || part[part.length - 2] === 0);
                bytes = bytes.concat([...part]);
                if (isLast)
                    return split(Uint8Array.from(bytes)).filter(name => name !== '');
            }
        }
        throw new Refusal('EAGAIN');
    }

    /** Any request, for those that have no method of their own. */
    ask(type: number, payload: Uint8Array): Promise<Uint8Array> {
        return new Promise((answer, refuse) => {
            if (this.ended)
                return refuse(this.ended);
            if (payload.length > MOST_PAYLOAD)
                return refuse(new Refusal('E2BIG'));
            do
                this.last = this.last % 0x7FFFFFFF + 1;
            while (this.waiting.has(this.last));
            this.waiting.set(this.last, { type, answer, refuse });
            this.send(encode(type, this.last, 0, payload));
        });
    }

    private take(frame: Frame): void {
        if (frame.type === Type.WatchEvent) {
            const path = split(frame.payload)[0];
            if (path !== undefined)
                this.changed(path);
            return;
        }
        const one = this.waiting.get(frame.request);
        if (!one)
            throw new BrokenProtocol(`the store answered request ${frame.request}, which was not made`);
        if (frame.type !== Type.Error && frame.type !== one.type)
            throw new BrokenProtocol(`the store answered a request of type ${one.type} with type ${frame.type}`);
        this.waiting.delete(frame.request);
        if (frame.type === Type.Error)
            one.refuse(new Refusal(split(frame.payload)[0] ?? 'EIO'));
        else
            one.answer(frame.payload);
    }
}
