import test from 'node:test';
import { CONSOLE } from './console.scenes.ts';
import { GUESTS } from './guests.scenes.ts';
import { HEALTH } from './health.scenes.ts';
import { Machine } from './machine.ts';
import { BEFORE, LOOKS } from './states.scenes.ts';
import { STORE } from './store.scenes.ts';
import { Window } from './window.ts';

const SUITES = (process.env['SUITES'] || 'bookworm trixie').split(' ');
const FIRST_PORT = 9180 + process.pid % 500;

const GROUPS = { before: BEFORE, guests: GUESTS, console: CONSOLE, store: STORE, health: HEALTH, looks: LOOKS };
const WANTED = (process.env['SCENES'] || Object.keys(GROUPS).join(' ')).split(' ');
for (const name of WANTED)
    if (!Object.hasOwn(GROUPS, name))
        throw new Error(`there are no scenes ${name}; there are ${Object.keys(GROUPS).join(', ')}`);

for (const [at, suite] of SUITES.entries()) {
    test(`the page in Cockpit of Debian's ${suite}`, async t => {
        const machine = await Machine.boot(suite, FIRST_PORT + at);
        try {
            for (const [group, scenes] of Object.entries(GROUPS).filter(([name]) => WANTED.includes(name))) {
                if (group !== 'before')
                    await machine.start();
                if (group !== 'before' && group !== 'guests')
                    machine.startGuests();
                for (const [name, play] of scenes)
                    await t.test(`${group}: ${name}`, () => play(machine));
            }
        } finally {
            await Window.end();
            await machine.end();
        }
    });
}
