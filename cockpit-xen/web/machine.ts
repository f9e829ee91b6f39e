import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { SimulatedGuests } from './guests.ts';
import { until } from './until.ts';
import type { Served } from './window.ts';

/** Guests that need each other, with what their configurations say of that. */
export const GUESTS = {
    db: '# xendomains: priority=-1',
    web: '# xendomains: requires=db',
    mail: '# xendomains: after=db stop=shutdown',
    backup: '# xendomains: after=web,mail',
};

/** A machine without Xen that serves the page (host.sh), and what a test does on it as root. */
export class Machine implements Served {
    guests: SimulatedGuests | null = null;

    private constructor(
        private readonly process: ChildProcess, private readonly leader: string, readonly port: number, readonly suite: string) { }

    /** Where the machine's root folder is for this process. */
    get root(): string {
        return `/proc/${this.leader}/root`;
    }

    get address(): string {
        return `http://127.0.0.1:${this.port}`;
    }

    static async boot(suite: string, port: number): Promise<Machine> {
        const process = spawn('web/host.sh', [suite, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
        for await (const line of createInterface({ input: process.stdout! }))
            return new Machine(process, line.trim(), port, suite);
        throw new Error(`the machine with Debian's ${suite} does not start`);
    }

    /** Runs a command on the machine, and returns what it prints. */
    run(...words: string[]): string {
        const { status, stdout, stderr } = this.attempt(...words);
        if (status !== 0)
            throw new Error(`${words.join(' ')} ended with status ${status}: ${stderr}`);
        return stdout;
    }

    attempt(...words: string[]) {
        const inside = ['-t', this.leader, '-m', '-u', '-i', '-p', '-n', '-C', '-r', '-w', '--'];
        return spawnSync('nsenter', [...inside, ...words], { encoding: 'utf8' });
    }

    write(path: string, text: string): void {
        writeFileSync(this.root + path, text);
    }

    remove(path: string): void {
        rmSync(this.root + path, { force: true, recursive: true });
    }

    /** A guest that starts with the host. @param comment what xendomains reads in its configuration. */
    configure(name: string, comment = ''): void {
        mkdirSync(`${this.root}/etc/xen/auto`, { recursive: true });
        const file = /^\w{1,60}$/.test(name) ? name : `guest-${Buffer.from(name).toString('hex').slice(0, 40)}`;
        this.write(`/etc/xen/auto/${file}`, `name = ${name.includes('"') ? `'${name}'` : `"${name}"`}\n${comment}\n`);
    }

    /** Starts the daemons that do not run yet, and with them the guests. */
    async start(): Promise<void> {
        if (this.guests)
            return;
        this.run('systemctl', 'start', 'xenstored', 'xenconsoled', 'xen-watchdog');
        for (const fifo of ['hv', 'store-hv'])
            await until(() => existsSync(`${this.root}/run/${fifo}/evtchn`), `there is no /run/${fifo}/evtchn`);
        this.guests = await SimulatedGuests.play(this.root);
        this.run('systemctl', 'start', 'xendomains');
    }

    /** Starts guests that a scene can use, as far as they do not run. */
    startGuests(): void {
        for (const [name, comment] of Object.entries(GUESTS))
            this.configure(name, comment);
        this.run('xendomains', 'start', ...Object.keys(GUESTS));
    }

    async end(): Promise<void> {
        this.guests?.end();
        this.process.stdin!.end();
        await new Promise(ended => this.process.once('exit', ended));
    }
}
