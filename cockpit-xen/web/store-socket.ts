import { connect } from 'node:net';
import { words } from '../src/pure/frames.ts';
import { StoreRequests } from '../src/pure/requests.ts';

const INTRODUCE = 8, RELEASE = 9;

/** The page's own client of the store, on a socket of this machine, with what a toolstack asks. */
export class ToolstackStore extends StoreRequests {
    static async connect(path: string): Promise<ToolstackStore> {
        const socket = connect(path);
        await new Promise((connected, failed) => socket.once('connect', connected).once('error', failed));
        const store = new ToolstackStore(bytes => void socket.write(bytes), () => { });
        socket.on('data', bytes => store.receive(bytes));
        socket.on('close', () => store.end(new Error('the store is gone')));
        socket.on('error', () => { /* its end follows */ });
        return store;
    }

    put(path: string, value: string | Uint8Array): Promise<void> {
        return this.write(path, typeof value === 'string' ? new TextEncoder().encode(value) : value);
    }

    async introduce(domid: number): Promise<void> {
        await this.ask(INTRODUCE, words(String(domid), '1', '9'));
    }

    async release(domid: number): Promise<void> {
        await this.ask(RELEASE, words(String(domid)));
    }
}
