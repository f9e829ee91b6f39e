// Images of guests that were saved: where each is, and what an administrator can do about it.

import { visible } from './text.ts';

export interface ImageAdvice {
    isHeld: boolean;
    what: string;
    /** Commands between backticks are for a shell as root. */
    todo: string;
}

/** @param place a word of `xendomains status --json`. @param name the guest's, as the words of a command. */
export function adviceOf(place: string, fault: string | undefined, name: string): ImageAdvice {
    const anew = `To give it up, run \`xendomains start --discard=${quoted(name)} ${quoted(name)}\`: the guest starts without it,`
        + ' and what it had in memory is lost.';
    switch (place) {
        case 'saved':
            return fault === undefined
                ? { isHeld: false, what: 'waits to be restored', todo: 'The next start of this guest goes on from it.' }
                : { isHeld: true, what: 'is held back', todo: anew };
        case 'failed':
            return {
                isHeld: true, what: 'is held back, because a restore of it failed',
                todo: `Find out why in \`journalctl -u xendomains\`. ${anew}`,
            };
        case 'saving':
            return { isHeld: false, what: 'is being saved, or its save was interrupted', todo: 'The next start takes it if it is whole.' };
        case 'restoring':
            return {
                isHeld: false, what: 'is being restored, or its restore was interrupted',
                todo: 'The plan of the next start says what it does with it.',
            };
        case 'stale':
            return {
                isHeld: true, what: 'is out of date: the guest was started without it',
                todo: 'Its disks were used since, so it must not be restored. Remove the file when you do not need it any more.',
            };
        default:
            return { isHeld: true, what: place, todo: 'This page does not know such an image. `man xendomains` may.' };
    }
}

/**
 * A word for bash: as it is if it is plain, or else in quotes. What a page cannot show, and the backtick, which ends a command in its
 * sentences, are written as their bytes: the command must never be about another guest than it seems.
 */
export function quoted(word: string): string {
    if (/^[\w@%+=:,./-]+$/.test(word))
        return word;
    if (visible(word) === word && !word.includes('`'))
        return `'${word.replaceAll("'", `'\\''`)}'`;
    const letters = [...word].map(one => /['\\]/.test(one) ? '\\' + one : one === '`' || visible(one) !== one ? escaped(one) : one);
    return `$'${letters.join('')}'`;
}

function escaped(letter: string): string {
    return [...new TextEncoder().encode(letter)].map(byte => '\\x' + byte.toString(16).padStart(2, '0')).join('');
}
