import test from 'node:test';
import { HOST } from './host.scenes.ts';
import { RealHost } from './real-host.ts';
import { Window } from './window.ts';

const host = new RealHost();

test(`the page on a host with ${host.suite}`, async t => {
    try {
        for (const [name, play] of HOST)
            await t.test(name, () => play(host));
    } finally {
        await Window.end();
        host.end();
    }
});
