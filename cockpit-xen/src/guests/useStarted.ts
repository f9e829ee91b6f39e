import { useEffect, useRef, useState } from 'react';
import { Trouble } from '../host/program.ts';
import { StoreLink } from '../host/store.ts';
import { Refusal } from '../pure/requests.ts';

const AGAIN = 15_000;

/** When each domain was started, in seconds since 1970, as the toolstack has put it into the store. What is not known is left out. */
export function useStarted(domids: readonly number[]): ReadonlyMap<number, number> {
    const link = useRef<StoreLink | null>(null);
    const [started, setStarted] = useState<ReadonlyMap<number, number>>(new Map());
    useEffect(() => () => link.current?.close(), []);
    const [tries, setTries] = useState(0);
    const key = [...domids].sort((one, other) => one - other).join(' ');
    useEffect(() => {
        if (key === '')
            return;
        let isOver = false, timer = 0;
        const ask = async () => {
            link.current ??= new StoreLink(() => { }, () => link.current = null);
            const found = await Promise.all(key.split(' ').map(domid => timeOf(link.current!, Number(domid))));
            if (isOver)
                return;
            setStarted(new Map(found.flatMap(entry => entry ? [entry] : [])));
            if (found.includes(null)) // a guest that is just being made has none yet
                timer = window.setTimeout(() => setTries(before => before + 1), AGAIN);
        };
        void ask();
        return () => {
            isOver = true;
            window.clearTimeout(timer);
        };
    }, [key, tries]);
    return started;
}

async function timeOf(link: StoreLink, domid: number): Promise<[number, number] | null> {
    try {
        const seconds = Number(await link.readText(`${await link.readText(`/local/domain/${domid}/vm`)}/start_time`));
        return seconds > 0 ? [domid, seconds] : null;
    } catch (e) {
        if (e instanceof Refusal || e instanceof Trouble)
            return null; // another toolstack, which does not say it, or no store
        throw e;
    }
}
