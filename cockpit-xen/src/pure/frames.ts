// The store's protocol as bytes: a header of four little-endian words (type, request, transaction, length), then the payload.

export const Type = {
    Directory: 1, Read: 2, GetPerms: 3, Watch: 4, Write: 11, Rm: 13, SetPerms: 14, WatchEvent: 15, Error: 16, DirectoryPart: 22,
} as const;

export const MOST_PAYLOAD = 4096;
const HEADER = 16;

/** What came is not the store's protocol. */
export class BrokenProtocol extends Error { }

export interface Frame {
    type: number;
    request: number;
    transaction: number;
    payload: Uint8Array;
}

export function encode(type: number, request: number, transaction: number, payload: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(HEADER + payload.length);
    const words = new DataView(bytes.buffer);
    [type, request, transaction, payload.length].forEach((word, index) => words.setUint32(index * 4, word, true));
    bytes.set(payload, HEADER);
    return bytes;
}

/** Makes whole frames of bytes that come in any pieces. */
export class Framer {
    private left = new Uint8Array(0);

    /** Adds what has come, and returns the frames that are whole now. Throws BrokenProtocol. */
    add(bytes: Uint8Array): Frame[] {
        const all = new Uint8Array(this.left.length + bytes.length);
        all.set(this.left);
        all.set(bytes, this.left.length);
        const frames: Frame[] = [];
        let at = 0;
        while (all.length - at >= HEADER) {
            const words = new DataView(all.buffer, at, HEADER);
            const length = words.getUint32(12, true);
            if (length > MOST_PAYLOAD)
                throw new BrokenProtocol(`the store announces a message of ${length} bytes, and ${MOST_PAYLOAD} is the most`);
            if (all.length - at < HEADER + length)
                break;
            const [type, request, transaction] = [0, 4, 8].map(offset => words.getUint32(offset, true)) as [number, number, number];
            frames.push({ type, request, transaction, payload: all.slice(at + HEADER, at + HEADER + length) });
            at += HEADER + length;
        }
        this.left = all.slice(at);
        return frames;
    }
}

/** Words with a NUL after each, as most requests have them. Paths are ASCII; other words may be any text. */
export function words(...texts: string[]): Uint8Array {
    return new TextEncoder().encode(texts.map(text => text + '\0').join(''));
}

/** The words of a payload: what stands before each NUL, and a last one without a NUL. */
export function split(payload: Uint8Array): string[] {
    const texts: string[] = [];
    for (let from = 0; from < payload.length;) {
        const nul = payload.indexOf(0, from);
        const to = nul < 0 ? payload.length : nul;
        texts.push(new TextDecoder().decode(payload.subarray(from, to)));
        from = to + 1;
    }
    return texts;
}
