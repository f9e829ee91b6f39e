import assert from 'node:assert/strict';
import { inWindow } from './scene.ts';
import type { Scene } from './scene.ts';

const TABS = ['Guests', 'Console', 'Store', 'Health'];

/** Before anything runs: no daemon, no Xen. */
export const BEFORE: Scene[] = [
    ['without our daemons each part says what is missing, and what to do', async machine => {
        await inWindow(machine, {}, async window => {
            await window.see('There are no guests');
            await window.see('Guests cannot be started, stopped or saved here');
            await window.see(/systemctl start xendomains/);
            await window.picture('without-daemons-guests');
            await window.go('Console');
            await window.see('The consoles are not known');
            await window.see(/does our xenconsoled run/);
            await window.picture('without-daemons-console');
            await window.go('Store');
            await window.see('The store cannot be shown');
            await window.see(/No store answers at .*systemctl start xenstored/);
            await window.picture('without-daemons-store');
            await window.go('Health');
            await window.see('The watchdog does not answer');
            await window.see(window.frame.getByRole('row', { name: /xenstored.*does not run.*no/ }));
            await window.picture('without-daemons-health');
        });
    }],
    ['a host on which our programs are not installed is told so', async machine => {
        const away = 'mkdir /usr/away && mv /usr/sbin/xen* /usr/away/ && mv /usr/local/sbin/xencommons /usr/away/xencommons.local';
        machine.run('sh', '-c', away);
        const back = 'mv /usr/away/xencommons.local /usr/local/sbin/xencommons && mv /usr/away/xen* /usr/sbin/ && rmdir /usr/away';
        await inWindow(machine, {}, async window => {
            await window.see('There is no program xendomains on this host.');
            await window.picture('not-installed');
            await window.go('Console');
            await window.see('There is no program xenconsoled on this host.');
            await window.go('Health');
            await window.see('There is no program xencommons on this host.');
            await window.see('There is no program xenwatchdogd on this host.');
        }).finally(() => machine.run('sh', '-c', back));
    }],
    ['without privileges it says what turns them on', async machine => {
        await inWindow(machine, { user: 'viewer', isAdmin: false }, async window => {
            await window.see('You have limited access');
            await window.see('The guests of this host are not known');
            await window.picture('limited-guests');
            await window.go('Store');
            await window.see('Only root may use the store: it takes administrative access.');
            await window.go('Health');
            await window.see('The watchdog does not answer');
        });
    }],
    ['while something is asked it says so', async machine => {
        machine.run('mv', '/usr/local/sbin/xencommons', '/usr/local/sbin/real');
        machine.write('/usr/local/sbin/xencommons', '#!/bin/sh\nsleep 4\nexec real "$@"\n');
        machine.run('chmod', '755', '/usr/local/sbin/xencommons');
        await inWindow(machine, { tab: 'health' }, async window => {
            await window.see('Checking the host');
            await window.picture('loading');
            await window.see(/What to do:/);
        }).finally(() => machine.run('mv', '/usr/local/sbin/real', '/usr/local/sbin/xencommons'));
    }],
    ['daemons without guests are an empty host, and no failure', async machine => {
        await machine.start();
        await inWindow(machine, {}, async window => {
            await window.see('There are no guests');
            assert.equal(await window.frame.getByText('cannot be started').count(), 0);
            await window.picture('empty-guests');
            await window.go('Console');
            await window.see('There are no consoles');
            await window.picture('empty-console');
        });
    }],
];

/** With guests: how the page looks and is used. */
export const LOOKS: Scene[] = [
    ...[false, true].flatMap(isDark => [1280, 360].map((width): Scene => [
        `nothing is cut off in ${isDark ? 'dark' : 'light'}, ${width} wide`,
        machine => inWindow(machine, { width, isDark }, async window => {
            const guest = window.frame.getByLabel('Guest', { exact: true });
            for (const tab of TABS) {
                await window.go(tab);
                await window.see({ Guests: 'running as', Console: guest, Store: 'local', Health: 'Timer 1 runs' }[tab]!);
                await window.picture(`${tab.toLowerCase()}-${width}-${isDark ? 'dark' : 'light'}`);
                assert.deepEqual(await window.cutOff(), [], tab);
            }
            await window.go('Guests');
            await window.press('Stop all…');
            await window.see(window.frame.getByRole('img', { name: /The order of/ }));
            await window.picture(`plan-${width}-${isDark ? 'dark' : 'light'}`);
            assert.deepEqual(await window.cutOff(), [], 'plan');
        }),
    ])),
    ['it can be used with the keyboard alone', machine => inWindow(machine, {}, async window => {
        const { keyboard } = window.page, focused = () => window.frame.locator(':focus');
        await window.see('running as');
        await window.frame.getByRole('tab', { name: 'Guests' }).focus();
        await keyboard.press('Tab');
        while (await focused().textContent() !== 'Stop all…')
            await keyboard.press('Tab');
        await keyboard.press('Enter');
        await window.see(window.frame.getByRole('dialog'));
        await window.see('Nothing is done before you say so.');
        await keyboard.press('Escape');
        await window.frame.getByRole('dialog').waitFor({ state: 'detached' });
        assert.equal(await focused().textContent(), 'Stop all…'); // where it was
        await window.frame.getByRole('tab', { name: 'Guests' }).focus();
        while (await focused().textContent() !== 'Store')
            await keyboard.press('Tab');
        await keyboard.press('Enter');
        await window.see(window.frame.getByRole('tree'));
        while (await focused().getAttribute('role') !== 'treeitem')
            await keyboard.press('Tab');
        while (await focused().getAttribute('data-path') !== '/local')
            await keyboard.press('ArrowDown');
        await keyboard.press('ArrowRight');
        await window.see(window.frame.getByRole('treeitem', { name: 'domain' }));
        await keyboard.press('ArrowRight');
        assert.equal(await focused().getAttribute('data-path'), '/local/domain');
        await keyboard.press('ArrowLeft');
        await keyboard.press('ArrowLeft');
        await window.frame.getByRole('treeitem', { name: 'domain' }).waitFor({ state: 'detached' });
    })],
];
