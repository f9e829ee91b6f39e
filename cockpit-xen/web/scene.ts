import type { Machine } from './machine.ts';
import { Window } from './window.ts';
import type { Look } from './window.ts';

/** Something that somebody does with the page, by the name of what must be so. */
export type Scene = [name: string, play: (machine: Machine) => Promise<void>];

/** Opens a window, has somebody use it, and closes it. It keeps a picture of a window in which something went wrong. */
export async function inWindow(machine: Machine, look: Look, use: (window: Window) => Promise<void>): Promise<void> {
    const window = await Window.open(machine, look);
    try {
        await use(window);
        if (window.complaints.length > 0)
            throw new Error(`the browser complains: ${window.complaints.join('; ')}`);
        const strangers = [...window.asked].filter(origin => origin !== machine.address);
        if (strangers.length > 0)
            throw new Error(`the page asked ${strangers.join(', ')} for something`);
    } catch (e) {
        await window.picture(`failed-${Date.now()}`);
        throw e;
    } finally {
        await window.close();
    }
}
