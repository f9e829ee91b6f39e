import { createInterface } from 'node:readline';
import type { Served } from './window.ts';

interface Ran {
    status: number;
    text: string;
}

/**
 * A whole Debian as dom0 of real Xen, which tests/System has booted (Scenes.cs). What a scene runs there is a line of standard output, and
 * what came of it a line of standard input: the scenes' own reports go elsewhere.
 */
export class RealHost implements Served {
    readonly address = given('ADDRESS');
    readonly suite = given('HOST');
    private readonly waiting = new Map<number, (ran: Ran) => void>();
    private last = 0;

    constructor() {
        createInterface({ input: process.stdin }).on('line', line => {
            const [number, status, text] = line.split(' ');
            this.waiting.get(Number(number))!({ status: Number(status), text: Buffer.from(text!, 'base64').toString() });
            this.waiting.delete(Number(number));
        });
    }

    /** Runs a shell script as root, and returns what it prints without the last line's end. */
    async run(script: string, seconds = 120): Promise<string> {
        const number = ++this.last;
        const { status, text } = await new Promise<Ran>(ran => {
            this.waiting.set(number, ran);
            process.stdout.write(`${number} ${seconds} ${Buffer.from(script).toString('base64')}\n`);
        });
        if (status !== 0)
            throw new Error(`${script} ended with status ${status}: ${text}`);
        return text.replace(/\n$/, '');
    }

    end(): void {
        process.stdin.destroy();
    }
}

function given(name: string): string {
    const value = process.env[name];
    if (!value)
        throw new Error(`${name} is not given: make test-web-host boots a host for these scenes`);
    return value;
}
