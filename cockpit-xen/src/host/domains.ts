import { busTrouble, callTrouble } from '../pure/calls.ts';
import { about, planOf } from '../pure/plan.ts';
import type { Plan } from '../pure/plan.ts';
import { Trouble, runJson } from './program.ts';

export type Verb = 'start' | 'stop' | 'save';

export interface Guest {
    name: string;
    /** Of its domain; null if it has none. */
    domid: number | null;
    /** A word, or a sentence of a guest whose configuration cannot be read. */
    state: string;
    startsWithHost: boolean;
    memory: number | null;
}

export interface Image {
    guest: string;
    file: string;
    place: string;
    fault?: string;
}

export interface Result {
    guest: string;
    operation: string;
    went_well: boolean;
    at: number;
    seconds: number;
}

/** What `xendomains status --json` prints. */
export interface Status {
    started: boolean;
    guests: { name: string; state: string; auto: boolean; domain_state?: string; domid?: number }[];
    images: Image[];
    results: Result[];
}

export interface Progress {
    verb: string;
    guest: string;
    stage: string;
    text: string;
}

/** The properties of an object, by its interfaces and then their names. */
type Interfaces = Record<string, Record<string, CockpitVariant>>;

const NAME = 'org.xendaemons.Domains1', PATH = '/org/xendaemons/Domains1', GUEST = NAME + '.Guest';
const MANAGER = 'org.freedesktop.DBus.ObjectManager', PROPERTIES = 'org.freedesktop.DBus.Properties';
// In milliseconds. A guest may take hours to be saved, and that answer comes when all is done; others need no more than a look at the host.
const A_MINUTE = 60 * 1000, A_DAY = 24 * 60 * A_MINUTE;

/** The service xendomains on the bus. */
export class DomainsService {
    private readonly bus: CockpitBus;
    private gone: Trouble | null = null;

    /** @param events.left the service has gone from the bus, and what it was at may not go on. @param events.closed so has the bus. */
    constructor(events: { changed: () => void; progress: (told: Progress) => void; left: () => void; closed: () => void }) {
        this.bus = busOf();
        this.bus.addEventListener('close', (_, options) => {
            this.gone = new Trouble(busTrouble(options['problem'], options['message']));
            events.left();
            events.closed();
        });
        this.bus.addEventListener('owner', (_, owner) => {
            if (!owner)
                events.left();
            events.changed();
        });
        for (const iface of [MANAGER, PROPERTIES])
            this.bus.subscribe({ path_namespace: PATH, interface: iface }, events.changed);
        this.bus.subscribe({ path: PATH, interface: NAME, member: 'Progress' }, (_path, _iface, _signal, args) => {
            const [verb, guest, stage, text] = args as [string, string, string, string];
            events.progress({ verb, guest, stage, text });
        });
    }

    async guests(): Promise<Guest[]> {
        const [objects] = await this.call(MANAGER, 'GetManagedObjects', [], '') as [Record<string, Interfaces>];
        return Object.values(objects).flatMap(interfaces => interfaces[GUEST] ? [guestOf(interfaces[GUEST])] : []);
    }

    async plan(verb: Verb, names: readonly string[]): Promise<Plan> {
        const [json] = await this.call(NAME, 'PlanFor', [verb, names], 'sas') as [string];
        return about(planOf(json), names);
    }

    /** Starts, stops or saves guests; no names stand for all. True if all went well. It answers when the work is done. */
    async work(verb: Verb, names: readonly string[]): Promise<boolean> {
        const method = { start: 'Start', stop: 'Stop', save: 'Save' }[verb];
        const [went] = await this.call(NAME, method, [names], 'as', A_DAY) as [boolean];
        return went;
    }

    close(): void {
        this.bus.close();
    }

    private async call(iface: string, method: string, args: unknown[], type: string, timeout = A_MINUTE): Promise<unknown[]> {
        if (this.gone)
            throw this.gone;
        return call(this.bus, iface, method, args, { type, timeout });
    }
}

/** The version of the service that runs; null if none does. */
export async function serviceVersion(): Promise<string | null> {
    const bus = busOf();
    try {
        const [value] = await call(bus, PROPERTIES, 'Get', [NAME, 'Version'], { type: 'ss', timeout: A_MINUTE }) as [CockpitVariant];
        return String(value.v);
    } catch (e) {
        if (e instanceof Trouble)
            return null; // the list of services says whether it runs
        throw e;
    } finally {
        bus.close();
    }
}

function busOf(): CockpitBus {
    return cockpit.dbus(NAME, { bus: 'system', superuser: 'try' });
}

async function call(bus: CockpitBus, iface: string, method: string, args: unknown[], options: { type: string; timeout: number }) {
    try {
        return await bus.call(PATH, iface, method, args, options);
    } catch (e) {
        const { name, message, problem } = e as { name?: string; message?: string; problem?: string };
        throw new Trouble(callTrouble(name ?? '', message ?? '', problem ?? ''));
    }
}

/** What the command says, which needs no service. */
export function statusOfGuests(): Promise<Status> {
    return runJson<Status>('xendomains', 'status', '--json');
}

export function guestsOfStatus(status: Status): Guest[] {
    return status.guests.map(guest => ({
        name: guest.name,
        domid: guest.domid ?? null,
        state: guest.domain_state ?? guest.state,
        startsWithHost: guest.auto,
        memory: null,
    }));
}

function guestOf(properties: Record<string, CockpitVariant>): Guest {
    const value = (name: string) => properties[name]?.v;
    const domid = Number(value('Id')), memory = Number(value('Memory'));
    return {
        name: String(value('Name')),
        domid: domid >= 0 ? domid : null,
        state: String(value('State')),
        startsWithHost: value('StartsWithHost') === true,
        memory: memory > 0 ? memory : null,
    };
}
