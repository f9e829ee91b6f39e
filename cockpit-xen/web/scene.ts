import type { Machine } from './machine.ts';
import { Window } from './window.ts';
import type { Look, Served } from './window.ts';

/** Something that somebody does with the page, by the name of what must be so. */
export type Scene<Host = Machine> = [name: string, play: (host: Host) => Promise<void>];

/** Opens a window, has somebody use it, and closes it. It keeps a picture of a window in which something went wrong. */
export async function inWindow(host: Served, look: Look, use: (window: Window) => Promise<void>): Promise<void> {
    const window = await Window.open(host, look);
    try {
        await use(window);
        if (window.complaints.length > 0)
            throw new Error(`the browser complains: ${window.complaints.join('; ')}`);
        const strangers = [...window.asked].filter(origin => origin !== host.address);
        if (strangers.length > 0)
            throw new Error(`the page asked ${strangers.join(', ')} for something`);
    } catch (e) {
        await window.failed();
        throw e;
    } finally {
        await window.close();
    }
}
