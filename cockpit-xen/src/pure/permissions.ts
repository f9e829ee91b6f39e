// Who may do what with a node. The first entry is the owner, and its letter is what all domains may that no other entry names.

export type Letter = 'n' | 'r' | 'w' | 'b';

export interface Permission {
    letter: Letter;
    domid: number;
}

const MAY: Record<Letter, string> = {
    n: 'may do nothing with it', r: 'may read it', w: 'may write it', b: 'may read and write it',
};

/** Reads entries such as n0 and r5. What is no entry is left out. */
export function entriesOf(texts: readonly string[]): Permission[] {
    return texts.flatMap(text => {
        const [, letter, domid] = /^([nrwb])(\d{1,5})$/.exec(text) ?? [];
        return letter && domid ? [{ letter: letter as Letter, domid: Number(domid) }] : [];
    });
}

export function lettersOf(permissions: readonly Permission[]): string[] {
    return permissions.map(one => one.letter + one.domid);
}

/** What the entries mean, a sentence for each. @param nameOf a guest's name by its domain's number, if it is known. */
export function inWords(permissions: readonly Permission[], nameOf: (domid: number) => string | undefined = () => undefined): string[] {
    const [owner, ...others] = permissions;
    if (!owner)
        return ['The store has told nothing about who may use it.'];
    const said = new Set<number>([0, owner.domid]);
    const sentences = [owner.domid === 0
        ? 'Domain 0 owns it, and may do everything.'
        : `${domain(owner.domid, nameOf)} owns it, and may do everything; so may domain 0.`];
    for (const other of others) {
        if (said.has(other.domid))
            continue; // the first entry of a domain counts, and the owner and domain 0 may everything
        said.add(other.domid);
        sentences.push(`${domain(other.domid, nameOf)} ${MAY[other.letter]}.`);
    }
    sentences.push(`Every other domain ${MAY[owner.letter]}.`);
    return sentences;
}

function domain(domid: number, nameOf: (domid: number) => string | undefined): string {
    const name = nameOf(domid);
    return name === undefined ? `Domain ${domid}` : `Domain ${domid} (${name})`;
}
