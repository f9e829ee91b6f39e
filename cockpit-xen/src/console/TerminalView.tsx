import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useEffect, useRef } from 'react';
import { Viewer } from '../host/consoles.ts';
import type { Size, Wanted } from '../host/consoles.ts';

const LEAST: Size = { cols: 80, rows: 24 }; // guests write for such a terminal, and cannot be told of another
const SIZE = 13, FALLBACK = '"Liberation Mono", monospace', FONT = '"Red Hat Mono"';
const MOST_ROWS = 60, SCROLLBACK = 10_000;

interface TerminalProps {
    wanted: Wanted;
    label: string;
    /** Called when the viewer is over, and not when this view is closed. */
    ended: (why: string) => void;
}

/** A guest's console on a terminal. It begins anew when what is wanted changes. */
export function TerminalView({ wanted, label, ended }: TerminalProps) {
    const place = useRef<HTMLDivElement>(null), onEnd = useRef(ended);
    onEnd.current = ended;
    const { target, kind, isReadOnly, lines } = wanted;
    useEffect(() => {
        const box = place.current!;
        let isOver = false;
        const terminal = terminalOf(isReadOnly, label), fit = new FitAddon();
        terminal.loadAddon(fit);
        terminal.open(box);
        fitInto(terminal, fit);
        void hasFont().then(has => {
            if (!has || isOver)
                return;
            terminal.options.fontFamily = `${FONT}, ${FALLBACK}`;
            fitInto(terminal, fit);
        });
        const viewer = new Viewer({ target, kind, isReadOnly, lines }, sizeOf(terminal), bytes => terminal.write(bytes), why => {
            terminal.options.disableStdin = true;
            onEnd.current(why);
        });
        terminal.onData(text => viewer.type(new TextEncoder().encode(text)));
        terminal.onBinary(text => viewer.type(Uint8Array.from(text, letter => letter.charCodeAt(0))));
        terminal.onResize(() => viewer.resize(sizeOf(terminal)));
        const resized = new ResizeObserver(() => fitInto(terminal, fit));
        resized.observe(box);
        if (!(document.activeElement instanceof HTMLSelectElement)) // whoever goes through a list by its keys is not taken away from it
            terminal.focus();
        return () => {
            isOver = true;
            onEnd.current = () => { };
            resized.disconnect();
            viewer.close();
            terminal.dispose();
        };
    }, [target, kind, isReadOnly, lines, label]);
    return <div className="xen-terminal"><div ref={place} className="xen-terminal-place" /></div>;
}

function terminalOf(isReadOnly: boolean, label: string): Terminal {
    const terminal = new Terminal({
        ...LEAST, scrollback: SCROLLBACK, disableStdin: isReadOnly, cursorBlink: !isReadOnly, fontSize: SIZE,
        fontFamily: FALLBACK, theme: { background: '#151515', foreground: '#f2f2f2' },
        linkHandler: { activate: () => { } }, // what a guest writes leads nowhere
    });
    // Tab goes to the next part of the page while nothing can be typed, be it that the console has ended. Otherwise Ctrl-] leaves the
    // console, and with it the terminal.
    terminal.attachCustomKeyEventHandler(event => !(terminal.options.disableStdin && event.key === 'Tab'));
    queueMicrotask(() => terminal.textarea?.setAttribute('aria-label', `${label}${isReadOnly ? '' : '; Ctrl-] leaves it'}`));
    return terminal;
}

// The terminal measures its letters at once, so it takes the page's font only when the browser has that.
async function hasFont(): Promise<boolean> {
    try {
        return (await document.fonts.load(`${SIZE}px ${FONT}`)).length > 0;
    } catch (e) {
        if (e instanceof DOMException)
            return false; // this Cockpit has no such file
        throw e;
    }
}

function fitInto(terminal: Terminal, fit: FitAddon): void {
    const proposed = fit.proposeDimensions();
    const cols = Math.max(LEAST.cols, proposed?.cols || 0), rows = Math.min(MOST_ROWS, Math.max(LEAST.rows, proposed?.rows || 0));
    if (cols !== terminal.cols || rows !== terminal.rows)
        terminal.resize(cols, rows);
}

function sizeOf(terminal: Terminal): Size {
    return { rows: terminal.rows, cols: terminal.cols };
}
