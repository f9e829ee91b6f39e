import { useEffect, useState } from 'react';
import type { StoreLink } from '../host/store.ts';
import { search } from '../pure/search.ts';
import type { Search } from '../pure/search.ts';

const AFTER_TYPING = 400;

/** What is found for a text; null before there is something to show, or if there is no text. */
export function useSearch(link: StoreLink | null, text: string): (Search & { isOver: boolean }) | null {
    const [found, setFound] = useState<(Search & { isOver: boolean }) | null>(null);
    const wanted = text.trim();
    useEffect(() => {
        setFound(null);
        if (!link || wanted === '')
            return;
        let isGivenUp = false;
        const timer = window.setTimeout(async () => {
            const told = (so: Search, isOver: boolean) => !isGivenUp && setFound({ ...so, isOver });
            told(await search(link, wanted, so => told(so, false), () => isGivenUp), true);
        }, AFTER_TYPING);
        return () => {
            isGivenUp = true;
            window.clearTimeout(timer);
        };
    }, [link, wanted]);
    return found;
}
