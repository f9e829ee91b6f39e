import assert from 'node:assert/strict';
import type { Machine } from './machine.ts';
import { inWindow } from './scene.ts';
import type { Scene } from './scene.ts';
import { attach, screen, shows, type } from './tabs.ts';
import { until } from './until.ts';

const AT = { tab: 'console' };

function viewers(machine: Machine, name: string): number | undefined {
    const { consoles } = JSON.parse(machine.run('xenconsoled', 'status', '--json')) as { consoles: { name: string; viewers: number }[] };
    return consoles.find(console => console.name === name)?.viewers;
}

export const CONSOLE: Scene[] = [
    ['it shows earlier output, takes what is typed if it may, and Ctrl-] leaves it', machine => inWindow(machine, AT, async window => {
        await attach(window, 'web');
        await shows(window, 'Welcome to Debian!');
        await type(window, 'nobody');
        await window.frame.getByText('Read only', { exact: true }).click();
        await shows(window, 'Welcome to Debian!');
        await type(window, 'somebody');
        await shows(window, 'web heard: somebody');
        assert.equal(await screen(window).getByText('nobody', { exact: false }).count(), 0);
        await window.picture('console');
        await window.page.keyboard.press('Control+]');
        await window.see('You have left the console.');
        await window.page.keyboard.press('Enter'); // on “Attach again”
        await shows(window, 'web heard: somebody');
    })],
    ['as much earlier output is shown as is asked for', machine => inWindow(machine, AT, async window => {
        await attach(window, 'web');
        await shows(window, 'Welcome to Debian!');
        await window.frame.getByLabel('Earlier output').selectOption('0');
        await until(async () => (await screen(window).getByText('Welcome to Debian!').count()) === 0, 'the earlier output is still shown');
        await shows(window, /^\[domain \d+ \(web\)\]/);
        machine.guests!.say('web', 'only this is new\r\n');
        await shows(window, 'only this is new');
        assert.equal(await screen(window).getByText('Welcome to Debian!').count(), 0);
    })],
    ['several people see the same console, and how many', machine => inWindow(machine, AT, one => inWindow(machine, AT, async other => {
        for (const window of [one, other])
            await attach(window, 'db');
        machine.guests!.say('db', 'both see this\r\n');
        for (const window of [one, other])
            await shows(window, 'both see this');
        await one.see('2 viewers');
    }))],
    ['it follows the guest over a reboot', machine => inWindow(machine, AT, async window => {
        await attach(window, 'mail');
        await shows(window, 'mail login:');
        machine.guests!.reboot('mail');
        await shows(window, /domain \d+ \(mail\) is gone; waiting/);
        await until(async () => (await screen(window).getByText('Linux version').count()) === 2, 'the second boot is not shown');
        await window.picture('console-reboot');
        await window.frame.getByText('Read only', { exact: true }).click(); // which begins anew, with the domain that runs now
        await shows(window, 'mail login:');
        await type(window, 'again');
        await shows(window, 'mail heard: again');
    })],
    ['a guest can put nothing on the page but text, and sends nothing by what it writes', machine => inWindow(machine, AT, async window => {
        await attach(window, 'web');
        await shows(window, 'login:');
        await window.frame.getByText('Read only', { exact: true }).click();
        await shows(window, 'login:');
        machine.guests!.say('web', '\x1b]0;another title\x07\x1b[6n\x1b[c\x1b]8;;http://example.org\x1b\\a link\x1b]8;;\x1b\\ ');
        machine.guests!.say('web', '<b>bold</b> \x1b[31mred\x1b[0m\r\n');
        machine.guests!.say('web', Uint8Array.of(0xFF, 0xFE, 0x80, 0xC3, 0x0D, 0x0A));
        machine.guests!.say('web', 'after bytes that are no text\r\n');
        await shows(window, 'after bytes that are no text');
        await shows(window, '<b>bold</b>');
        assert.equal(await window.frame.locator('.xterm-rows b').count(), 0);
        await type(window, 'mine'); // a terminal that had answered would have typed before this
        await shows(window, /^web heard: mine/);
        await window.picture('console-hostile');
    })],
    ['a daemon that is restarted is waited for', machine => inWindow(machine, AT, async window => {
        await attach(window, 'web');
        await shows(window, 'after bytes that are no text');
        machine.run('systemctl', 'kill', '-s', 'KILL', 'xenconsoled');
        await shows(window, /waiting for it to be back/);
        await until(() => machine.attempt('xenconsoled', 'status').status === 0, 'xenconsoled is not back');
        await until(() => viewers(machine, 'web') === 1, 'the viewer is not back');
        machine.guests!.say('web', 'after the restart\r\n');
        await shows(window, 'after the restart');
    })],
];
