import { useEffect, useMemo, useRef, useState } from 'react';
import { consoleStatus } from '../host/consoles.ts';
import { DomainsService, guestsOfStatus, statusOfGuests } from '../host/domains.ts';
import type { Guest, Image, Progress, Status } from '../host/domains.ts';
import { figures } from '../host/health.ts';
import { looked } from '../pure/activity.ts';
import type { Activity } from '../pure/activity.ts';
import { byDomain, collectedAt, cpuShares } from '../pure/figures.ts';
import type { Sample } from '../pure/figures.ts';
import { ended } from '../pure/plan.ts';
import { rowsOf } from '../pure/rows.ts';
import type { Row } from '../pure/rows.ts';
import { useLoaded, usePaced, valueOf, whyOf } from '../parts/hooks.ts';
import type { Loaded } from '../parts/hooks.ts';
import { useStarted } from './useStarted.ts';

const SOON = 300, REST = 2000, CONSOLES = 3000, FIGURES = 10_000, GUESTS = 30_000, BUS_AGAIN = 5000;

export interface Guests {
    rows: Loaded<Row[]>;
    images: Image[];
    /** What each guest is at, while the service works on it. */
    progress: ReadonlyMap<string, Progress>;
    service: DomainsService | null;
    /** Why the service cannot be used; null if it can. */
    serviceTrouble: string | null;
    troubles: { what: string; why: string }[];
    reload: () => void;
}

interface Looked {
    guests: Guest[];
    status: Status | null;
    statusTrouble: string | null;
    serviceTrouble: string | null;
}

/** The guests of this host from all who know of them, and what is heard of them. */
export function useGuests(): Guests {
    const [service, progress, changed] = useService();
    const [found, reload] = useLoaded(() => lookAt(service.current), GUESTS);
    const soon = usePaced(reload, SOON, REST);
    changed.current = soon;
    const [consoles] = useLoaded(consoleStatus, CONSOLES);
    const [samples] = useLoaded(figures, FIGURES);
    const cpu = useCpu(valueOf(samples)), activities = useActivities(consoles);
    const started = useStarted((valueOf(found)?.guests ?? []).flatMap(guest => guest.domid ?? []));
    const rows = useMemo((): Loaded<Row[]> => {
        const value = valueOf(found);
        if (!value)
            return found as Loaded<Row[]>;
        const figures = valueOf(samples) ?? [];
        const known = {
            guests: value.guests, results: value.status?.results ?? [], cpu, started, consoles: activities,
            memory: byDomain(figures, 'xen_domain_memory_bytes'),
        };
        return { state: 'there', value: rowsOf(known, collectedAt(figures)) };
    }, [found, cpu, started, activities, samples]);
    return {
        rows, progress, reload, service: service.current,
        images: valueOf(found)?.status?.images ?? [],
        serviceTrouble: valueOf(found)?.serviceTrouble ?? null,
        troubles: troublesOf(valueOf(found), consoles, samples),
    };
}

function useService() {
    const service = useRef<DomainsService | null>(null), changed = useRef(() => { });
    const [progress, setProgress] = useState<ReadonlyMap<string, Progress>>(new Map());
    const [generation, setGeneration] = useState(0);
    useEffect(() => {
        let timer = 0;
        const own = service.current = new DomainsService({
            changed: () => changed.current(),
            progress: told => setProgress(before => new Map(before).set(told.guest, told)),
            left: () => setProgress(ended),
            closed: () => {
                changed.current();
                timer = window.setTimeout(() => setGeneration(before => before + 1), BUS_AGAIN);
            },
        });
        if (generation > 0)
            changed.current();
        return () => {
            own.close();
            window.clearTimeout(timer);
        };
    }, [generation]);
    return [service, progress, changed] as const;
}

// The service knows most. Without it the command lists the guests; without both there is nothing to show.
async function lookAt(service: DomainsService | null): Promise<Looked> {
    const [live, status] = await Promise.allSettled([service!.guests(), statusOfGuests()]);
    if (live.status === 'rejected' && status.status === 'rejected')
        throw status.reason; // the command needs least, so what is in its way is in the way of all
    const known = status.status === 'fulfilled' ? status.value : null;
    // The service has no object for a configuration that cannot be read.
    const more = known ? guestsOfStatus(known) : [];
    // Nor does it look at configurations again that have come since its last start or stop.
    const guests = (live.status === 'fulfilled' ? live.value : []).map(guest => ({
        ...guest, startsWithHost: more.find(other => other.name === guest.name)?.startsWithHost ?? guest.startsWithHost,
    }));
    return {
        guests: [...guests, ...more.filter(guest => !guests.some(other => other.name === guest.name))],
        status: known,
        statusTrouble: status.status === 'rejected' ? whyOf(status.reason) : null,
        serviceTrouble: live.status === 'rejected' ? whyOf(live.reason) : null,
    };
}

function useCpu(samples: Sample[] | undefined): ReadonlyMap<number, number> {
    const before = useRef<Sample[] | undefined>(undefined), shares = useRef<ReadonlyMap<number, number>>(new Map());
    if (samples !== before.current) {
        if (samples && before.current)
            shares.current = cpuShares(before.current, samples);
        before.current = samples;
    }
    return shares.current;
}

function useActivities(consoles: Loaded<Awaited<ReturnType<typeof consoleStatus>>>) {
    const activities = useRef(new Map<number, Activity & { viewers: number }>()), seen = useRef<unknown>(null);
    const status = consoles.state === 'there' ? consoles.value : undefined;
    if (status && status !== seen.current) {
        seen.current = status;
        activities.current = new Map(status.consoles.filter(one => one.console === 'pv0').map(one => [one.domid, {
            ...looked(activities.current.get(one.domid) ?? null, one.bytes_out, Date.now() / 1000), viewers: one.viewers,
        }]));
    }
    return activities.current;
}

function troublesOf(found: Looked | undefined, consoles: Loaded<unknown>, samples: Loaded<unknown>) {
    const troubles: { what: string; why: string }[] = [];
    if (found?.serviceTrouble)
        troubles.push({ what: 'Guests cannot be started, stopped or saved here', why: found.serviceTrouble });
    if (found?.statusTrouble)
        troubles.push({ what: 'Images are not known', why: found.statusTrouble });
    if (consoles.state === 'failed')
        troubles.push({ what: 'What consoles do is not known', why: consoles.why });
    if (samples.state === 'failed')
        troubles.push({ what: 'Use of processors and uptimes are not known', why: samples.why });
    return troubles;
}
