import { endOf, reasonOf } from '../pure/ends.ts';

/** What the host could not tell, in sentences for who looks at the page. */
export class Trouble extends Error { }

export interface Printed {
    status: number;
    text: string;
}

/**
 * Runs a program of the host to its end. Its output goes as bytes, because names of guests may be any: 337 ends a channel of text that has
 * others in it. Throws Trouble if it could not run; what a status means is for the caller to say.
 */
export function run(...words: string[]): Promise<Printed & { said: string }> {
    return new Promise((resolve, reject) => {
        const pieces: Uint8Array[] = [];
        const channel = cockpit.channel({
            payload: 'stream', spawn: words, binary: true, err: 'message', superuser: 'try', directory: '/', environ: ['LC_ALL=C.UTF-8'],
        });
        channel.addEventListener('message', (_, data) => pieces.push(data.slice()));
        channel.addEventListener('close', (_, options) => {
            const end = endOf(options), reason = reasonOf(end, words[0]!);
            if (reason !== null)
                reject(new Trouble(reason));
            else
                resolve({ status: end.status ?? 0, text: joined(pieces), said: end.message });
        });
    });
}

/** Runs a program that prints JSON. A status beside 0 is no trouble as long as it prints. */
export async function runJson<T>(...words: string[]): Promise<T> {
    const { status, text, said } = await run(...words);
    if (text.trim() === '')
        throw new Trouble(said || `${words.join(' ')} printed nothing and ended with status ${status}.`);
    try {
        return JSON.parse(text) as T;
    } catch (e) {
        if (e instanceof SyntaxError)
            throw new Trouble(`${words.join(' ')} did not print what this page understands. Is it of another version?`);
        throw e;
    }
}

function joined(pieces: readonly Uint8Array[]): string {
    const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
        all.set(piece, at);
        at += piece.length;
    }
    return new TextDecoder().decode(all);
}
