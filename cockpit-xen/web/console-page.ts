import { spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readSync, writeSync } from 'node:fs';

const PAGE = 4096;
const INPUT = { at: 0, size: 1024, consumed: 3072, produced: 3076 }, OUTPUT = { at: 1024, size: 2048, consumed: 3080, produced: 3084 };
const CONNECTION = 3088, PORT = 5;

/** A guest's side of its console, on the simulated hypervisor: the page is a file that the daemon has mapped. */
export class ConsoleOfGuest {
    private readonly page: number;
    private readonly bell: number;
    private readonly daemon: number;

    constructor(folder: string, private readonly domid: number) {
        const bell = `${folder}/guest.${domid}`;
        if (!existsSync(bell))
            spawnSync('mkfifo', [bell]);
        this.page = openSync(`${folder}/console.${domid}`, constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC, 0o600);
        writeSync(this.page, new Uint8Array(PAGE), 0, PAGE, 0);
        writeSync(this.page, Uint8Array.of(1), 0, 1, CONNECTION); // nobody listens yet
        this.bell = openSync(bell, constants.O_RDWR | constants.O_NONBLOCK);
        this.daemon = openSync(`${folder}/evtchn`, constants.O_RDWR | constants.O_NONBLOCK);
    }

    /** Writes as much as there is room for, and returns how much that was. */
    write(bytes: Uint8Array): number {
        const produced = this.word(OUTPUT.produced), free = OUTPUT.size - (produced - this.word(OUTPUT.consumed) >>> 0);
        const count = Math.min(free, bytes.length);
        for (let done = 0; done < count;) {
            const at = (produced + done) % OUTPUT.size, piece = Math.min(count - done, OUTPUT.size - at);
            writeSync(this.page, bytes, done, piece, OUTPUT.at + at);
            done += piece;
        }
        if (count > 0)
            this.publish(OUTPUT.produced, produced + count);
        return count;
    }

    /** Reads what somebody has typed. */
    read(): Uint8Array {
        this.drain();
        const consumed = this.word(INPUT.consumed), count = Math.min(INPUT.size, this.word(INPUT.produced) - consumed >>> 0);
        const bytes = new Uint8Array(count);
        for (let done = 0; done < count;) {
            const at = (consumed + done) % INPUT.size, piece = Math.min(count - done, INPUT.size - at);
            readSync(this.page, bytes, done, piece, INPUT.at + at);
            done += piece;
        }
        if (count > 0)
            this.publish(INPUT.consumed, consumed + count);
        return bytes;
    }

    close(): void {
        [this.page, this.bell, this.daemon].forEach(closeSync);
    }

    private publish(index: number, value: number): void {
        const word = new DataView(new ArrayBuffer(4));
        word.setUint32(0, value >>> 0, true);
        writeSync(this.page, new Uint8Array(word.buffer), 0, 4, index);
        word.setUint32(0, (this.domid << 16 | PORT) >>> 0, true);
        writeSync(this.daemon, new Uint8Array(word.buffer));
    }

    private word(at: number): number {
        const bytes = new Uint8Array(4);
        readSync(this.page, bytes, 0, 4, at);
        return new DataView(bytes.buffer).getUint32(0, true);
    }

    // The daemon's notifications say only that there may be something.
    private drain(): void {
        try {
            readSync(this.bell, new Uint8Array(4096));
        } catch (e) {
            if ((e as NodeJS.ErrnoException).code !== 'EAGAIN')
                throw e;
        }
    }
}
