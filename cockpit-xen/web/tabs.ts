import type { Window } from './window.ts';

// What somebody looks at and does in the tabs.

export const row = (window: Window, name: string | RegExp) =>
    window.frame.getByRole('row').filter({ has: window.frame.getByText(name, { exact: true }) });

export async function choose(window: Window, ...names: string[]): Promise<void> {
    for (const name of names)
        await window.frame.getByRole('checkbox', { name: `Choose ${name}`, exact: true }).check();
}

export const screen = (window: Window) => window.frame.locator('.xterm-rows');

export async function attach(window: Window, name: string): Promise<void> {
    const guest = window.frame.getByLabel('Guest', { exact: true });
    await guest.waitFor();
    const option = guest.locator('option').filter({ hasText: `${name} (domain` });
    await guest.selectOption(await option.getAttribute('value'));
}

export async function shows(window: Window, text: string | RegExp): Promise<void> {
    await window.see(screen(window).getByText(text).first());
}

/** Types a line at a console that takes it. */
export async function type(window: Window, text: string): Promise<void> {
    await window.frame.locator('.xterm-helper-textarea').focus();
    await window.page.keyboard.type(text);
    await window.page.keyboard.press('Enter');
}

export const item = (window: Window, name: string) => window.frame.locator(`[role=treeitem][data-path="${name}"]`);

export async function open(window: Window, ...paths: string[]): Promise<void> {
    for (const path of paths) {
        await item(window, path).click();
        await window.page.keyboard.press('ArrowRight');
    }
}
