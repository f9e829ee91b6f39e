import { endOf, reasonOf } from '../pure/ends.ts';
import { runJson } from './program.ts';

/** A console as `xenconsoled status --json` has it. */
export interface Console {
    domid: number;
    name: string;
    console: string;
    connected: boolean;
    bytes_out: number;
    bytes_in: number;
    viewers: number;
    flooding: boolean;
}

interface ConsoleStatus {
    version: string;
    consoles: Console[];
}

export function consoleStatus(): Promise<ConsoleStatus> {
    return runJson<ConsoleStatus>('xenconsoled', 'status', '--json');
}

export interface Wanted {
    /** A domain's number, or the name of a guest that does not run yet. */
    target: number | string;
    kind: 'pv' | 'vuart';
    isReadOnly: boolean;
    /** How many lines of earlier output are shown first. */
    lines: number;
}

export interface Size {
    rows: number;
    cols: number;
}

/** A viewer of a guest's console: our command on a terminal of its own, which the page shows. Its filter of escapes is on. */
export class Viewer {
    private readonly channel: CockpitChannel;

    constructor(wanted: Wanted, size: Size, output: (bytes: Uint8Array) => void, ended: (why: string) => void) {
        // As bytes, because a guest may write any; and with a size, because 337 would make a terminal of 0 columns.
        this.channel = cockpit.channel({
            payload: 'stream', spawn: wordsOf(wanted), pty: true, window: size, binary: true, superuser: 'try', directory: '/',
            environ: ['TERM=xterm-256color', 'LC_ALL=C.UTF-8'],
        });
        this.channel.addEventListener('message', (_, data) => output(data));
        this.channel.addEventListener('close', (_, options) => {
            const end = endOf(options);
            ended(reasonOf(end, 'xenconsoled') ?? (end.status === 0 || end.status === null ? 'You have left the console.'
                : 'The console cannot be shown; the last line says why.'));
        });
    }

    type(bytes: Uint8Array): void {
        this.channel.send(bytes);
    }

    resize(size: Size): void {
        this.channel.control({ command: 'options', window: size });
    }

    close(): void {
        this.channel.close();
    }
}

export function wordsOf(wanted: Wanted): string[] {
    return [
        'xenconsoled', 'attach', '--follow', `--lines=${wanted.lines}`, `--type=${wanted.kind}`,
        ...(wanted.isReadOnly ? ['--read-only'] : []), ...(typeof wanted.target === 'string' ? ['--by-name'] : []),
        '--', String(wanted.target),
    ];
}
