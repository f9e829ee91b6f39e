import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { imageOf } from './image.ts';
import { GUESTS as GUESTS_OF_SCENES } from './machine.ts';
import type { Machine } from './machine.ts';
import { inWindow } from './scene.ts';
import type { Scene } from './scene.ts';
import { choose, row } from './tabs.ts';

const MARKUP = '<img src=x onerror="alert(1)">', QUOTE = "it's", LONG = 'y'.repeat(4000);

const hex = (text: string) => Buffer.from(text).toString('hex');

const deeds = (machine: Machine) => machine.run('sh', '-c', "grep -v '^list\\|^info\\|dryrun\\|^end' /var/lib/xl/calls || true");

export const GUESTS: Scene[] = [
    ['guests are started in their order, with a plan before and the progress live', async machine => {
        for (const [name, comment] of Object.entries(GUESTS_OF_SCENES))
            machine.configure(name, comment);
        for (const name of [MARKUP, QUOTE])
            machine.configure(name);
        for (const name of Object.keys(GUESTS_OF_SCENES))
            writeFileSync(`${machine.root}/var/lib/xl/images/${hex(name)}`, imageOf(name));
        await inWindow(machine, {}, async window => {
            await window.see('does not run');
            await window.press('Start all…');
            await window.see('Nothing is done before you say so.');
            await window.see(/web is started, after db/);
            const steps = await window.frame.getByRole('list', { name: 'Steps in their order' }).getByRole('listitem').allTextContents();
            const at = (name: string) => steps.findIndex(step => step.startsWith(`${name} is started`));
            assert.ok(at('db') < at('web') && at('web') < at('backup') && at('mail') < at('backup'), steps.join('\n'));
            assert.ok(steps.some(step => step.startsWith(MARKUP)));
            await window.picture('plan-of-a-start');
            assert.equal(deeds(machine), '');
            await window.press('Start 6 guests');
            await window.see('Start: all went well');
            await window.picture('started');
            await window.press('Close');
            for (const name of ['db', 'web', MARKUP, QUOTE])
                await window.see(row(window, name).getByText(/running as \d/));
            assert.match(deeds(machine), /\/db\n[^]*\/web\n[^]*\/backup\n/);
        });
    }],
    ['each guest has its state, what is wanted, CPU, memory, uptime and its console', machine => inWindow(machine, {}, async window => {
        const web = row(window, 'web');
        await window.see(web.getByText(/^running as/));
        await window.see(web.getByText('with the host'));
        await window.see(web.getByText('64 MiB'));
        await window.see(web.getByText(/^3 h \d+ min/));
        await window.see(web.getByText(/^quiet, \d/));
        await window.see(web.getByText(/^[1-9]\d* %$/)); // after the second look at the figures
        machine.guests!.say('web', 'a line\r\n');
        await window.see(web.getByText(/^writes |^wrote /));
        await window.picture('guests');
    })],
    ['names with quotes, markup and thousands of letters are only names', async machine => {
        machine.write('/var/lib/xl/domains/70', `${LONG}\n00000000-0000-0000-0000-0000000000aa\n-b----\n64\n`);
        await inWindow(machine, {}, async window => {
            let alerts = 0;
            window.page.on('dialog', dialog => void (alerts++, dialog.dismiss()));
            await window.see(row(window, MARKUP));
            await window.see(row(window, QUOTE));
            await window.see(/^y{100,}… \(4,000 letters\)$/);
            assert.equal(await window.frame.locator('img').count(), 0);
            await window.frame.getByRole('button', { name: /^Console of y{100,}/ }).click();
            await window.see(/Welcome to Debian!/);
            await window.picture('odd-names');
            assert.equal(alerts, 0);
        });
        machine.remove('/var/lib/xl/domains/70');
    }],
    ['a plan that is not carried out changes nothing', machine => inWindow(machine, {}, async window => {
        const before = deeds(machine);
        await window.see('running as');
        await choose(window, 'db', 'web');
        await window.press('Stop 2 guests…');
        await window.see(/db is stopped: save within 20 s, else shutdown within 20 s, .*, after web/);
        await window.press('Cancel');
        assert.equal(deeds(machine), before);
    })],
    ['guests are stopped and started again, one by one, and a failure says why', async machine => {
        machine.write(`/var/lib/xl/play/create-${hex('mail')}`, 'fail 1 no memory is left for <b>mail</b>\n');
        await inWindow(machine, {}, async window => {
            await window.see('running as');
            await choose(window, 'mail');
            await window.press('Stop 1 guest…');
            await window.press('Stop 1 guest');
            await window.see('Stop: all went well');
            await window.press('Close');
            await window.see(row(window, 'mail').getByText('does not run'));
            await window.press('Start 1 guest…');
            await window.press('Start 1 guest');
            await window.see('Start: not all went well');
            await window.see(/no memory is left for <b>mail<\/b>/);
            await window.picture('failed-start');
            await window.press('Close');
            await window.see(row(window, 'mail').getByText('last start failed'));
            await window.press('Start 1 guest…');
            await window.press('Start 1 guest');
            await window.see('Start: all went well');
        });
    }],
    ['a guest is saved and goes on from its image', machine => inWindow(machine, {}, async window => {
        await window.see('running as');
        await choose(window, 'backup');
        await window.press('Save 1 guest…');
        await window.see(/backup is stopped: save/);
        await window.press('Save 1 guest');
        await window.see('Save: all went well');
        await window.press('Close');
        await window.see(/its image waits to be restored/);
        await window.picture('saved');
        await window.press('Start 1 guest…');
        await window.see(/backup goes on from its image/);
        await window.press('Start 1 guest');
        await window.see('Start: all went well');
        await window.press('Close');
        await window.see(row(window, 'backup').getByText(/running as/));
    })],
    ['an image that is held back comes with what to do', async machine => {
        machine.run('mkdir', '-p', '/var/lib/xen/save/.xendomains/failed');
        writeFileSync(`${machine.root}/var/lib/xen/save/.xendomains/failed/web`, imageOf('web'));
        await inWindow(machine, {}, async window => {
            await window.see(/its image is held back, because a restore of it failed/);
            await window.see('xendomains start --discard=web web');
            await window.picture('held-back');
        });
        machine.remove('/var/lib/xen/save/.xendomains/failed/web');
    }],
];
