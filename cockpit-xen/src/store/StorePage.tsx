import { Button, List, ListItem, SearchInput, Switch } from '@patternfly/react-core';
import { useState } from 'react';
import { count } from '../pure/amounts.ts';
import { remainder } from '../pure/search.ts';
import { textOf } from '../pure/text.ts';
import type { StoreTree } from '../pure/tree.ts';
import { Failed, Loading, Missing, Nothing } from '../parts/states.tsx';
import { NodeActions } from './NodeActions.tsx';
import { NodeView } from './NodeView.tsx';
import { TreeView, ValueText } from './TreeView.tsx';
import { useSearch } from './useSearch.ts';
import { useStore } from './useStore.ts';

export function StorePage() {
    const store = useStore(), { tree, link, trouble } = store;
    const [selected, setSelected] = useState<string | null>(null);
    const [mayChange, setMayChange] = useState(false);
    const [wanted, setWanted] = useState('');
    const results = useSearch(link, wanted);
    if (!tree.nodes.has('/')) {
        return trouble === null ? <Loading what="Reading the store" />
            : <Failed what="The store cannot be shown" why={trouble} />;
    }
    const node = selected === null ? undefined : tree.nodes.get(selected);
    const close = (path: string) => {
        store.close(path);
        if (selected?.startsWith(path + '/'))
            setSelected(path);
    };
    const reveal = (path: string) => {
        setWanted('');
        void store.reveal(path).then(() => setSelected(path));
    };
    return (
        <div className="xen-stack">
            {trouble !== null && <Missing what="What you see is old" why={`${trouble} The page tries again.`} />}
            <Bar wanted={wanted} want={setWanted} mayChange={mayChange} allow={setMayChange} />
            {wanted.trim() !== '' ? <Results results={results} wanted={wanted.trim()} reveal={reveal} /> : (
                <div className="xen-split">
                    <TreeOrNothing tree={tree}>
                        <TreeView tree={tree} selected={selected} select={setSelected} open={store.open} close={close} />
                    </TreeOrNothing>
                    {selected === null ? <p className="xen-node xen-why">Choose a node to see its value, and who may use it.</p> : (
                        <NodeView
                            path={selected} node={node} isListed={tree.isListed(selected)} nameOf={domid => nameOf(tree, domid)}
                            actions={mayChange && node && link ? <NodeActions path={selected} node={node} link={link} /> : null}
                        />
                    )}
                </div>
            )}
        </div>
    );
}

interface BarProps {
    wanted: string;
    want: (text: string) => void;
    mayChange: boolean;
    allow: (mayChange: boolean) => void;
}

function Bar({ wanted, want, mayChange, allow }: BarProps) {
    return (
        <div className="xen-bar">
            <SearchInput
                className="xen-search" value={wanted} placeholder="Find in paths and values" aria-label="Find in paths and values"
                onChange={(_, value) => want(value)} onClear={() => want('')}
            />
            <Switch id="xen-store-change" label="Allow changes" isChecked={mayChange} onChange={(_, checked) => allow(checked)} />
        </div>
    );
}

function TreeOrNothing({ tree, children }: { tree: StoreTree; children: React.ReactNode }) {
    return tree.nodes.get('/')?.children.length === 0 ? <Nothing what="The store is empty" /> : children;
}

function Results({ results, wanted, reveal }: { results: ReturnType<typeof useSearch>; wanted: string; reveal: (path: string) => void }) {
    if (!results)
        return <Loading what="Looking through the store" />;
    const { found, looked, isCut, isOver } = results;
    if (isOver && !isCut && found.length === 0)
        return (
            <Nothing what="Nothing is found">
                No path and no value has <q>{wanted.slice(0, 60)}</q> in it ({count(looked, 'node')} were read).
            </Nothing>
        );
    return (
        <div className="xen-stack">
            <p role="status" className="xen-why">
                {count(found.length, 'node')} found{isOver ? '' : ' so far'}, {looked} read.
                {isOver && ` ${remainder(results)}`}
            </p>
            <List isPlain isBordered aria-label="What was found">
                {found.map(({ path, value }) => (
                    <ListItem key={path}>
                        <Button variant="link" isInline onClick={() => reveal(path)} className="xen-name">{path}</Button>{' '}
                        <ValueText value={value} />
                    </ListItem>
                ))}
            </List>
        </div>
    );
}

// As the store has it, where that part of the tree was opened.
function nameOf(tree: StoreTree, domid: number): string | undefined {
    const value = tree.nodes.get(`/local/domain/${domid}/name`)?.value;
    return value ? textOf(value) ?? undefined : undefined;
}
