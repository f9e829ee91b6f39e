import AngleDownIcon from '@patternfly/react-icons/dist/esm/icons/angle-down-icon';
import AngleRightIcon from '@patternfly/react-icons/dist/esm/icons/angle-right-icon';
import { useEffect, useMemo, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { short, shown } from '../pure/text.ts';
import { parentOf } from '../pure/tree.ts';
import type { Line, StoreTree } from '../pure/tree.ts';

interface TreeProps {
    tree: StoreTree;
    selected: string | null;
    select: (path: string) => void;
    open: (path: string) => void;
    close: (path: string) => void;
}

const FRESH = 4000, MOST_LETTERS = 80, MOST_LINES = 2000;

/** The tree, by the keys that trees have: up, down, right to open, left to close, Home, End. */
export function TreeView({ tree, selected, select, open, close }: TreeProps) {
    const all = useMemo(() => tree.lines(), [tree]), lines = all.slice(0, MOST_LINES);
    const box = useRef<HTMLDivElement>(null), focus = lines.some(line => line.path === selected) ? selected : lines[0]?.path;
    const move = (path: string | undefined) => {
        if (path === undefined)
            return;
        select(path);
        queueMicrotask(() => itemOf(box.current, path)?.focus());
    };
    const press = (event: KeyboardEvent, line: Line, at: number) => {
        const next = keyed(event.key, lines, line, at);
        if (next === null)
            return;
        event.preventDefault();
        if (next === 'open')
            open(line.path);
        else if (next === 'close')
            close(line.path);
        else
            move(next);
    };
    useEffect(() => {
        if (selected)
            itemOf(box.current, selected)?.scrollIntoView({ block: 'nearest' });
    }, [selected]);
    return (
        <div role="tree" aria-label="The store" className="xen-tree" ref={box}>
            {lines.map((line, at) => (
                <TreeLine
                    key={line.path} line={line} isSelected={line.path === selected} isFocus={line.path === focus}
                    select={() => select(line.path)} turn={() => line.isOpen ? close(line.path) : open(line.path)}
                    press={event => press(event, line, at)}
                />
            ))}
            {all.length > lines.length && (
                <p className="xen-why">{all.length - lines.length} more lines are not shown: close some nodes.</p>
            )}
        </div>
    );
}

interface LineProps {
    line: Line;
    isSelected: boolean;
    isFocus: boolean;
    select: () => void;
    turn: () => void;
    press: (event: KeyboardEvent) => void;
}

function TreeLine({ line, isSelected, isFocus, select, turn, press }: LineProps) {
    const { path, name, level, node, isOpen, place, siblings } = line;
    const hasChildren = (node?.children.length ?? 0) > 0, isFresh = node !== undefined && Date.now() - node.changedAt < FRESH;
    return (
        <div
            role="treeitem" aria-level={level} aria-posinset={place} aria-setsize={siblings} aria-selected={isSelected}
            {...(hasChildren ? { 'aria-expanded': isOpen } : {})}
            tabIndex={isFocus ? 0 : -1} data-path={path} onClick={select} onKeyDown={press} onDoubleClick={turn}
            className={`xen-line${isSelected ? ' xen-line-selected' : ''}${isFresh ? ' xen-line-fresh' : ''}`}
            style={{ paddingInlineStart: `${(level - 1) * 1.1}rem` }}
        >
            <span className="xen-toggle" onClick={event => { event.stopPropagation(); turn(); }} aria-hidden>
                {hasChildren && (isOpen ? <AngleDownIcon /> : <AngleRightIcon />)}
            </span>
            <span key={node?.changedAt} className="xen-line-name">{name}</span>
            {node && <ValueText value={node.value} />}
        </div>
    );
}

/** A value in one line. */
export function ValueText({ value }: { value: Uint8Array }) {
    const what = shown(value);
    return what.kind === 'empty' ? null
        : what.kind === 'text' ? <span className="xen-line-value">{short(what.text.replaceAll('\n', ' ↵ '), MOST_LETTERS)}</span>
            : <span className="xen-line-binary">{what.length} bytes, not text</span>;
}

function keyed(key: string, lines: Line[], line: Line, at: number): string | 'open' | 'close' | null | undefined {
    const hasChildren = (line.node?.children.length ?? 0) > 0;
    switch (key) {
        case 'ArrowDown': return lines[at + 1]?.path;
        case 'ArrowUp': return lines[at - 1]?.path;
        case 'Home': return lines[0]?.path;
        case 'End': return lines[lines.length - 1]?.path;
        case 'ArrowRight': return !line.node ? 'open' : !hasChildren ? undefined : line.isOpen ? lines[at + 1]?.path : 'open';
        case 'ArrowLeft': return hasChildren && line.isOpen ? 'close' : line.level > 1 ? parentOf(line.path) : undefined;
        case 'Enter': case ' ': return hasChildren ? line.isOpen ? 'close' : 'open' : undefined;
        default: return null;
    }
}

function itemOf(box: HTMLDivElement | null, path: string): HTMLElement | null {
    return box?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`) ?? null;
}
