import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { RealHost } from './real-host.ts';
import { inWindow } from './scene.ts';
import type { Scene } from './scene.ts';
import { attach, choose, item, open, row, screen, shows, type } from './tabs.ts';
import { until } from './until.ts';
import type { Window } from './window.ts';

const CONSOLE = { tab: 'console' }, STORE = { tab: 'store' }, HEALTH = { tab: 'health' };

const homeOf = async (host: RealHost, name: string) => `/local/domain/${await host.run(`xl domid ${name}`)}`;

/** Has a guest do something that it is told through the store (tests/System/machine/guest/init). */
const tell = (host: RealHost, home: string, command: string) =>
    host.run(`xenstore-write ${home}/data/command "$EPOCHREALTIME ${command}"`);

/** Notes each text that something ever has, however short it is seen. */
async function noted(what: Locator): Promise<() => Promise<string>> {
    const notes = await what.evaluateHandle(element => {
        const texts = [element.textContent];
        new MutationObserver(() => texts.push(element.textContent))
            .observe(element, { subtree: true, childList: true, characterData: true });
        return texts;
    });
    return async () => (await notes.jsonValue()).join('\n');
}

/** Does what a dialog plans, and returns what it told of its steps meanwhile. */
async function carryOut(window: Window, button: string, verb: string): Promise<string> {
    const told = await noted(window.frame.getByRole('list', { name: 'Steps in their order' }));
    await window.press(button);
    await window.see(`${verb}: all went well`);
    return told();
}

/** Each of some texts is told first after the one before it was. Stage and text of a step stand beside each other. */
function inOrder(told: string, ...texts: string[]): void {
    const places = texts.map(text => told.indexOf(text));
    assert.ok(places.every((place, at) => place > (places[at - 1] ?? -1)), told);
}

/** Scenes of one host, one after the other: the guests db and web start with it, hand is made in the first scene. */
export const HOST: Scene<RealHost>[] = [
    ['the guests that xendomains has started are there, and one that xl makes comes', host => inWindow(host, {}, async window => {
        for (const name of ['db', 'web']) {
            const guest = row(window, name);
            await window.see(guest.getByText(/^running as \d+$/));
            await window.see(guest.getByText('with the host'));
            await window.see(guest.getByText('96 MiB'));
            await window.see(guest.getByText(/^\d+ min( \d+ s)?$|^\d+ s$/));
            await window.see(guest.getByText(/^\d+(\.\d+)? %$/));
        }
        assert.equal(await row(window, 'hand').count(), 0);
        await host.run('xl create /root/hand.cfg', 200);
        await window.see(row(window, 'hand').getByText(`running as ${await host.run('xl domid hand')}`));
        await window.see(row(window, 'hand').getByText('by hand'));
        await window.see(row(window, 'hand').getByText(/^writes |^wrote /));
        await window.picture('guests');
    })],
    ['a console shows what a guest writes, takes what is typed, and follows a reboot', host => inWindow(host, CONSOLE, async window => {
        await attach(window, 'hand');
        await shows(window, 'SEQUENCE 300 of 300');
        await shows(window, /^GUEST: up after/);
        await window.frame.getByText('Read only', { exact: true }).click();
        await shows(window, /^GUEST: up after/);
        await type(window, 'a line for a real guest');
        await shows(window, 'HEARD: a line for a real guest');
        await window.picture('console');
        await host.run('xl reboot hand');
        await shows(window, /domain \d+ \(hand\) is gone; waiting/);
        await until(async () => await screen(window).getByText(/HEARD|is gone/).count() === 0, 'the second boot is not shown');
        await shows(window, /^GUEST: up after/);
        await type(window, 'a line for the guest that has rebooted');
        await shows(window, 'HEARD: a line for the guest that has rebooted');
        await window.picture('console-reboot');
    })],
    ['the store shows what xl and a guest write while it is looked at', host => inWindow(host, STORE, async window => {
        const home = await homeOf(host, 'hand');
        await open(window, '/local', '/local/domain', home, `${home}/data`);
        await window.see(item(window, `${home}/name`).getByText('hand'));
        await tell(host, home, 'xenstore-write data/note written-by-the-guest');
        await window.see(item(window, `${home}/data/note`).getByText('written-by-the-guest'));
        await host.run(`xenstore-write ${home}/data/note 'changed by dom0'`);
        await window.see(item(window, `${home}/data/note`).getByText('changed by dom0'));
        await window.picture('store');
        await host.run('kill -9 $(cat /run/xen/xenstored.pid)');
        await tell(host, home, 'xenstore-write data/note after-the-death');
        await window.see(item(window, `${home}/data/note`).getByText('after-the-death'));
    })],
    ['health is what doctor, watchdog and systemd say of the host', host => inWindow(host, HEALTH, async window => {
        const faults = window.frame.getByText(/^\d+ (errors?|warnings?)$/);
        await until(async () => { // a daemon of an emulated host may need more than the five seconds that the doctor gives it
            await window.see('Check again');
            const isWell = await faults.count() === 0;
            if (!isWell)
                await window.press('Check again');
            return isWell;
        }, 'the doctor finds something on a good host');
        await window.see(/^Timer \d runs\./);
        const wellChecks = window.frame.getByRole('row', { name: /well .*(now|ago)/ });
        await until(async () => await wellChecks.count() === 12, 'not all checks are well');
        for (const daemon of ['xenstored', 'xenconsoled', 'xendomains', 'xen-watchdog'])
            await window.see(window.frame.getByRole('row', { name: new RegExp(`^${daemon} runs.* \\d+\\.\\d+\\.\\d+`) }));
        await window.picture('health');
        await host.run('systemctl stop xenconsoled');
        await window.press('Check again');
        const found = window.frame.getByRole('list', { name: 'Findings' }).getByText(/no xenconsoled runs: no guest/).first();
        await window.see(found);
        await window.see(window.frame.getByRole('row', { name: /^xenconsoled does not run/ }));
        await window.picture('health-broken');
        await host.run('systemctl start xenconsoled');
        await window.press('Check again');
        await found.waitFor({ state: 'detached' });
    })],
    ['guests are stopped in their order, with the plan before and the progress live', host => inWindow(host, {}, async window => {
        await window.see(row(window, 'web').getByText(/^running as/));
        await choose(window, 'db', 'web');
        await window.press('Stop 2 guests…');
        await window.see('Nothing is done before you say so.');
        await window.see(/^web is stopped: shutdown within/);
        await window.see(/^db is stopped: save within .*, after web/);
        await window.picture('plan-of-a-stop');
        await host.run('xl domid web && xl domid db');
        const told = await carryOut(window, 'Stop 2 guests', 'Stop');
        await window.picture('stopped');
        inOrder(told, 'workingshuts down', 'donehas shut down', 'workingis being saved (96 MiB)', 'doneis saved');
        await window.press('Close');
        for (const name of ['db', 'web'])
            await window.see(row(window, name).getByText('does not run'));
        await window.see(/its image waits to be restored/);
        await window.picture('after-the-stop');
        assert.doesNotMatch(await host.run('xl list'), /^(db|web) /m);
    })],
    ['and started again: one from its image, one anew', host => inWindow(host, {}, async window => {
        await window.see(row(window, 'web').getByText('does not run'));
        await window.press('Start all…');
        await window.see(/^db goes on from its image/);
        await window.see(/^web is started, after db/);
        await window.picture('plan-of-a-start');
        const told = await carryOut(window, 'Start 2 guests', 'Start');
        inOrder(told, 'workingis being restored', 'doneruns', 'workingis being created');
        await window.press('Close');
        for (const name of ['db', 'web'])
            await window.see(row(window, name).getByText(`running as ${await host.run(`xl domid ${name}`)}`));
        await window.picture('started-again');
    })],
];
