import assert from 'node:assert/strict';
import type { Machine } from './machine.ts';
import { inWindow } from './scene.ts';
import type { Scene } from './scene.ts';
import { item, open } from './tabs.ts';
import { until } from './until.ts';

const AT = { tab: 'store' };

const domidOf = (machine: Machine, name: string) => new RegExp(`^${name} +(\\d+)`, 'm').exec(machine.run('xl', 'list'))![1]!;

const read = (machine: Machine, path: string) => machine.attempt('xenstore-read', path).stdout.replace(/\n$/, '');

export const STORE: Scene[] = [
    ['the tree shows values, and changes as they come', machine => inWindow(machine, AT, async window => {
        const home = `/local/domain/${domidOf(machine, 'web')}`;
        await open(window, '/local', '/local/domain', home, `${home}/data`);
        await window.see(item(window, `${home}/name`).getByText('web'));
        await window.see(item(window, `${home}/data/note`).getByText('written by the guest'));
        machine.run('xenstore-write', `${home}/data/note`, 'changed meanwhile');
        await window.see(item(window, `${home}/data/note`).getByText('changed meanwhile'));
        machine.run('xenstore-write', `${home}/data/new`, '<i>new</i>');
        await window.see(item(window, `${home}/data/new`).getByText('<i>new</i>'));
        await window.picture('store');
        machine.run('xenstore-rm', `${home}/data/new`);
        await item(window, `${home}/data/new`).waitFor({ state: 'detached' });
    })],
    ['who may use a node is said in words, and what is no text is shown as bytes', machine => inWindow(machine, AT, async window => {
        const domid = domidOf(machine, 'web'), home = `/local/domain/${domid}`;
        await open(window, '/local', '/local/domain', home, `${home}/data`);
        await window.see('Domain ' + domid + ' (web) owns it, and may do everything; so may domain 0.');
        await item(window, `${home}/data/bytes`).click();
        await window.see(item(window, `${home}/data/bytes`).getByText('40 bytes, not text'));
        await window.press('Show the bytes');
        await window.see(/^00 07 0e 15/);
        await window.picture('store-bytes');
        await item(window, home).click();
        await window.see(`Domain ${domid} (web) may read it.`);
    })],
    ['no value is so long when it is written out that its end is not shown', machine => inWindow(machine, AT, async window => {
        machine.run('xenstore-write', '/tool/long', '\u200B'.repeat(1300) + 'the end');
        await open(window, '/tool');
        await item(window, '/tool/long').click();
        await window.see(/^(\[U\+200B\]){1300}the end$/);
        machine.run('xenstore-rm', '/tool/long');
    })],
    ['a search finds paths and values, and leads to them', machine => inWindow(machine, AT, async window => {
        const home = `/local/domain/${domidOf(machine, 'backup')}`;
        await window.frame.getByPlaceholder('Find in paths and values').fill('BACKUP');
        await window.see(/\d+ nodes? found, \d+ read/);
        await window.picture('store-search');
        await window.press(`${home}/name`);
        await window.see(item(window, `${home}/name`));
        await window.see('Who may use it');
        await window.frame.getByPlaceholder('Find in paths and values').fill('nothing has this');
        await window.see('Nothing is found');
    })],
    ['it only reads, unless it is switched over', machine => inWindow(machine, AT, async window => {
        machine.run('xenstore-write', '/tool/tried', 'before');
        await open(window, '/tool');
        await item(window, '/tool/tried').click();
        await window.see('Who may use it');
        assert.equal(await window.frame.getByRole('button', { name: /Change|Add|Remove/ }).count(), 0);
        await window.frame.getByText('Allow changes', { exact: true }).click();
        await window.press('Change the value…');
        await window.frame.getByRole('textbox', { name: 'Value', exact: true }).fill('after "quotes"');
        await window.picture('store-change');
        await window.press('Change the value');
        await until(() => read(machine, '/tool/tried') === 'after "quotes"', 'the value is not changed');
        await window.see(item(window, '/tool/tried').getByText('after "quotes"'));
        await window.press('Add a child…');
        await window.frame.getByRole('textbox', { name: 'Name', exact: true }).fill('bad name');
        await window.press('Add a child');
        await window.see('The store does not take such a name or value.');
        await window.frame.getByRole('textbox', { name: 'Name', exact: true }).fill('child');
        await window.press('Add a child');
        await until(() => machine.attempt('xenstore-list', '/tool/tried').stdout.trim() === 'child', 'there is no child');
        await window.press('Remove…');
        await window.see(/All below it is removed as well/);
        await window.press('Remove the node');
        await until(() => machine.attempt('xenstore-read', '/tool/tried').status !== 0, 'it is still there');
        await window.see('This node is not there any more.');
    })],
    ['a store that was killed is shown again', machine => inWindow(machine, AT, async window => {
        await open(window, '/tool');
        machine.run('sh', '-c', 'kill -9 $(cat /run/xen/xenstored.pid)');
        await until(() => machine.attempt('xenstore-write', '/tool/back', 'yes').status === 0, 'the store is not back');
        await window.see(item(window, '/tool/back').getByText('yes'));
        machine.run('xenstore-rm', '/tool/back');
    })],
];
