// What a guest may have written, as text that can only be read: nothing in it moves, hides or turns other text around.

/**
 * Control characters, marks of direction, others that are not seen, spaces beside the usual one, lone halves of a pair, and what Unicode
 * has not assigned: two names that differ must not look alike because of them.
 */
const UNSEEN = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu;

const MOST_SHOWN = 160;

/** Each unseen character becomes its number in brackets. */
export function visible(text: string): string {
    return text.replace(UNSEEN, one => `[U+${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`);
}

/** The same, cut off after some letters, and then with its length. */
export function short(text: string, most = MOST_SHOWN): string {
    const letters = [...text];
    return letters.length <= most ? visible(text)
        : `${visible(letters.slice(0, most).join(''))}… (${letters.length.toLocaleString('en')} letters)`;
}

const MOST_SENTENCE = 600;

/** A sentence in which commands stand between backticks, as text that can only be read: the commands are its odd parts. */
export function sentenceParts(text: string): string[] {
    return short(text, MOST_SENTENCE).split('`');
}

export type Shown = { kind: 'empty' } | { kind: 'text'; text: string } | { kind: 'binary'; hex: string; length: number };

/** Whether a field of a form shows a value as it is: it is text, and all of it can be seen. */
export function isEditable(bytes: Uint8Array): boolean {
    const text = textOf(bytes);
    return text !== null && visible(text.replace(/[\n\t]/g, '')) === text.replace(/[\n\t]/g, '');
}

const MOST_HEX = 512, HEX_ROW = 8;

/** A value of the store. What is no text, or has characters of control in it, is shown as numbers. Line feeds and tabs are text. */
export function shown(bytes: Uint8Array): Shown {
    if (bytes.length === 0)
        return { kind: 'empty' };
    const text = textOf(bytes);
    return text === null ? { kind: 'binary', hex: hexOf(bytes), length: bytes.length }
        : { kind: 'text', text: text.replace(UNSEEN, one => one === '\n' || one === '\t' ? one : visible(one)) };
}

/** The text of bytes that are text, as it is; null if they are none. */
export function textOf(bytes: Uint8Array): string | null {
    try {
        const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
        return /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/.test(text) ? null : text;
    } catch (e) {
        if (e instanceof TypeError)
            return null; // it is not UTF-8
        throw e;
    }
}

function hexOf(bytes: Uint8Array): string {
    const rows: string[] = [];
    for (let at = 0; at < Math.min(bytes.length, MOST_HEX); at += HEX_ROW)
        rows.push([...bytes.subarray(at, at + HEX_ROW)].map(byte => byte.toString(16).padStart(2, '0')).join(' '));
    return rows.join('\n') + (bytes.length > MOST_HEX ? '\n…' : '');
}
