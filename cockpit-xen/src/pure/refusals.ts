const SENTENCES: Record<string, string> = {
    ENOENT: 'It is not there any more.',
    EACCES: 'The store does not allow it.',
    EINVAL: 'The store does not take such a name or value.',
    EEXIST: 'It is there already.',
    E2BIG: 'It is larger than the store takes.',
    ENOSPC: 'The store, or the quota of its owner, is full.',
    EAGAIN: 'It changes too often to be read.',
    EBUSY: 'The store is busy.',
    EROFS: 'The store is read-only at the moment.',
};

/** What the store means by one of errno's names. */
export function sentenceOf(errno: string): string {
    return SENTENCES[errno] ?? `The store refused it (${errno}).`;
}
