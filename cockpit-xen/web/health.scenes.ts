import { inWindow } from './scene.ts';
import type { Scene } from './scene.ts';
import { until } from './until.ts';

export const HEALTH: Scene[] = [
    ['findings stand by their severity, each with what to do', machine => inWindow(machine, { tab: 'health' }, async window => {
        await window.see(window.frame.getByRole('listitem').first());
        const all = await window.frame.getByRole('list', { name: 'Findings' }).getByRole('listitem').allTextContents();
        const severities = all.map(text => /^(error|warning|remark)/.exec(text)?.[1] ?? text);
        const order = ['error', 'warning', 'remark'], places = severities.map(one => order.indexOf(one));
        if (places.some((place, at) => place < 0 || place < (places[at - 1] ?? 0)) || new Set(places).size !== 3)
            throw new Error(`findings are not in their order: ${severities.join(' ')}`);
        await window.see(/What to do: .*systemctl enable/);
        await window.picture('health');
    })],
    ["the watchdog's checks have their results with the time, and the last reset its reason", async machine => {
        machine.write('/var/lib/xen/watchdog/last-reset', 'another-boot\n2026-11-29 23:10:00 UTC\nthe store did not answer for 60 s\n');
        machine.run('systemctl', 'restart', 'xen-watchdog');
        await inWindow(machine, { tab: 'health' }, async window => {
            await window.see(/The host was last reset after 2026-11-29 23:10:00 UTC/);
            await window.see('the store did not answer for 60 s');
            await window.see(window.frame.getByRole('row', { name: /^fork.*well.*(now|\d+ s ago).*it is reported/ }));
            await window.see(window.frame.getByRole('row', { name: /^devices.*fail/ }));
            await window.frame.getByText('fork', { exact: true }).scrollIntoViewIfNeeded();
            await window.picture('health-watchdog');
        });
    }],
    ['daemons have their versions and restarts', async machine => {
        machine.run('systemctl', 'kill', '-s', 'KILL', 'xenconsoled');
        await until(() => machine.attempt('xenconsoled', 'status').status === 0, 'xenconsoled is not back');
        await inWindow(machine, { tab: 'health' }, async window => {
            await window.see(window.frame.getByRole('row', { name: /^xenstored runs.* yes \d+\.\d+\.\d+/ }));
            await window.see(window.frame.getByRole('row', { name: /^xenconsoled runs.* yes \d+\.\d+\.\d+ [1-9]/ }));
            await window.frame.getByRole('row', { name: /^xenstored/ }).scrollIntoViewIfNeeded();
            await window.picture('health-daemons');
        });
    }],
    ['a daemon that ends is said to be gone, while the page is looked at', machine => inWindow(machine, { tab: 'health' }, async window => {
        await window.see('Timer 1 runs');
        machine.run('systemctl', 'stop', 'xen-watchdog');
        await window.see('The watchdog does not answer');
        machine.run('systemctl', 'start', 'xen-watchdog');
        await window.see(/Timer 1 runs/);
    })],
];
