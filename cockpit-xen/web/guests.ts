import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { ConsoleOfGuest } from './console-page.ts';
import { ToolstackStore } from './store-socket.ts';

const PACE = 60, PAGE = 4096, DEAD = Uint8Array.of(0, 0, 0xFF, 0xFF); // VIRQ_DOM_EXC
const BOOT = [
    'Linux version 6.1.0 (simulated)', 'xen:grant_table: Grant tables using version 1 layout', 'Freeing unused kernel memory',
    'Welcome to Debian!',
];

interface Running {
    name: string;
    domid: number;
    console: ConsoleOfGuest;
    typed: string;
    waiting: Uint8Array;
    ran: bigint;
}

/**
 * Plays the guests of a machine: each domain that the recorded xl has made gets a console that boots and has a small shell, keys in the
 * store, and processors that run; a domain that xl has ended goes. This is what libxl, the hypervisor and guests do elsewhere.
 */
export class SimulatedGuests {
    private readonly running = new Map<number, Running>();
    private readonly timer: NodeJS.Timeout;
    private isBusy = false;

    private constructor(private readonly root: string, private readonly store: ToolstackStore) {
        this.timer = setInterval(() => void this.look(), PACE);
    }

    /** @param root the machine's root folder as this process sees it. */
    static async play(root: string): Promise<SimulatedGuests> {
        return new SimulatedGuests(root, await ToolstackStore.connect(`${root}/run/xenstored/socket`));
    }

    end(): void {
        clearInterval(this.timer);
    }

    /** Has a guest write on its console. */
    say(name: string, text: string | Uint8Array): void {
        const guest = [...this.running.values()].find(one => one.name === name);
        if (!guest)
            throw new Error(`${name} does not run`);
        this.write(guest, typeof text === 'string' ? new TextEncoder().encode(text) : text);
    }

    /** Has a guest reboot: its domain ends and another one of its name begins. */
    reboot(name: string): void {
        const guest = [...this.running.values()].find(one => one.name === name)!, from = `${this.root}/var/lib/xl/domains`;
        const next = Math.max(...[...this.running.keys()]) + 1;
        renameSync(`${from}/${guest.domid}`, `${from}/${next}`);
        writeFileSync(`${this.root}/var/lib/xl/last`, `${next}\n`);
    }

    private async look(): Promise<void> {
        if (this.isBusy)
            return;
        this.isBusy = true;
        try {
            const domains = this.domains();
            for (const guest of [...this.running.values()])
                if (domains.get(guest.domid) !== guest.name)
                    await this.ends(guest);
            for (const [domid, name] of domains)
                if (!this.running.has(domid))
                    await this.begins(domid, name);
            this.running.forEach(guest => this.runs(guest));
        } finally {
            this.isBusy = false;
        }
    }

    private domains(): Map<number, string> {
        const folder = `${this.root}/var/lib/xl/domains`, domains = new Map<number, string>();
        for (const file of readdirSync(folder)) {
            try {
                const name = readFileSync(`${folder}/${file}`, 'utf8').split('\n')[0]!;
                if (name !== '')
                    domains.set(Number(file), name);
            } catch (e) {
                if ((e as NodeJS.ErrnoException).code !== 'ENOENT')
                    throw e; // xl has just removed it
            }
        }
        return domains;
    }

    private async begins(domid: number, name: string): Promise<void> {
        for (const hypervisor of ['hv', 'store-hv'])
            rmSync(`${this.root}/run/${hypervisor}/dead.${domid}`, { force: true });
        const ring = `${this.root}/run/store-hv/ring.${domid}`;
        writeFileSync(ring, new Uint8Array(PAGE));
        if (!existsSync(`${this.root}/run/store-hv/guest.${domid}`))
            spawnSync('mkfifo', [`${this.root}/run/store-hv/guest.${domid}`]);
        const console = new ConsoleOfGuest(`${this.root}/run/hv`, domid);
        const guest = { name, domid, console, typed: '', waiting: new Uint8Array(0), ran: 0n };
        this.running.set(domid, guest);
        await this.writeKeys(domid, name);
        await this.store.introduce(domid);
        const boot = BOOT.map((line, at) => `[    ${at}.${at}31] ${line}\r\n`).join('');
        this.write(guest, new TextEncoder().encode(`${boot}\r\n${shortName(name)} login: `));
    }

    // What libxl writes.
    private async writeKeys(domid: number, name: string): Promise<void> {
        const home = `/local/domain/${domid}`, vm = `/vm/00000000-0000-0000-0000-${String(domid).padStart(12, '0')}`;
        const keys: Record<string, string> = {
            [`${vm}/start_time`]: `${Date.now() / 1000 - 3 * 3600}`, [`${vm}/name`]: name, [`${home}/vm`]: vm, [`${home}/name`]: name,
            [`${home}/console/ring-ref`]: '77', [`${home}/console/port`]: '5', [`${home}/console/type`]: 'xenconsoled',
            [`${home}/console/limit`]: '1048576', [`${home}/console/output`]: 'pty', [`${home}/console/tty`]: '',
            [`${home}/memory/target`]: '65536', [`/libxl/${domid}/type`]: 'pv', [`${home}/device/vbd/51712/state`]: '4',
        };
        for (const [path, value] of Object.entries(keys))
            await this.store.put(path, value);
        await this.store.setPermissions(home, [{ letter: 'n', domid: 0 }, { letter: 'r', domid }]);
        await this.store.put(`${home}/data/note`, 'written by the guest');
        await this.store.setPermissions(`${home}/data`, [{ letter: 'n', domid }]);
        await this.store.put(`${home}/data/bytes`, Uint8Array.from({ length: 40 }, (_, at) => at * 7 & 0xFF));
    }

    private async ends(guest: Running): Promise<void> {
        this.running.delete(guest.domid);
        for (const hypervisor of ['hv', 'store-hv'])
            writeFileSync(`${this.root}/run/${hypervisor}/dead.${guest.domid}`, '');
        guest.console.close();
        await this.store.remove(`/local/domain/${guest.domid}`);
        await this.store.remove(`/libxl/${guest.domid}`);
        await this.store.release(guest.domid);
        for (const hypervisor of ['hv', 'store-hv'])
            writeFileSync(`${this.root}/run/${hypervisor}/evtchn`, DEAD, { flag: 'r+' });
    }

    private runs(guest: Running): void {
        guest.ran += BigInt(Math.round(PACE * 1e6 * (guest.domid % 3 + 1) / 8));
        const cpu = `${this.root}/run/hv/cpu.${guest.domid}`;
        writeFileSync(cpu + '.new', String(guest.ran));
        renameSync(cpu + '.new', cpu);
        for (const byte of guest.console.read())
            this.type(guest, byte);
        this.write(guest, new Uint8Array(0));
    }

    // A shell that says again what it is told.
    private type(guest: Running, byte: number): void {
        const letter = String.fromCharCode(byte);
        if (letter !== '\r') {
            guest.typed += letter;
            this.write(guest, Uint8Array.of(byte));
            return;
        }
        const line = guest.typed;
        guest.typed = '';
        this.write(guest, new TextEncoder().encode(`\r\n${line === '' ? '' : `${shortName(guest.name)} heard: ${line}\r\n`}# `));
    }

    private write(guest: Running, bytes: Uint8Array): void {
        const all = new Uint8Array(guest.waiting.length + bytes.length);
        all.set(guest.waiting);
        all.set(bytes, guest.waiting.length);
        guest.waiting = all.slice(all.length === 0 ? 0 : guest.console.write(all));
    }
}

function shortName(name: string): string {
    return name.length <= 30 ? name : name.slice(0, 30);
}
