import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import type { Verb } from '../host/domains.ts';
import { count } from '../pure/amounts.ts';
import type { Row } from '../pure/rows.ts';
import { valueOf } from '../parts/hooks.ts';
import { Failed, Loading, Missing, Nothing } from '../parts/states.tsx';
import { GuestTable } from './GuestTable.tsx';
import { ImageList } from './ImageList.tsx';
import { OperationDialog } from './OperationDialog.tsx';
import type { Operation } from './OperationDialog.tsx';
import { useGuests } from './useGuests.ts';

const VERBS: [Verb, string][] = [['start', 'Start'], ['stop', 'Stop'], ['save', 'Save']];

export function GuestsPage({ openConsole }: { openConsole: (row: Row) => void }) {
    const guests = useGuests();
    const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
    const [operation, setOperation] = useState<Operation | null>(null);
    const rows = valueOf(guests.rows);
    const names = (rows ?? []).map(row => row.name).filter(name => chosen.has(name));
    const select = (name: string, isSelected: boolean) =>
        setChosen(before => new Set(isSelected ? [...before, name] : [...before].filter(other => other !== name)));
    if (guests.rows.state === 'loading')
        return <Loading what="Looking at the guests" />;
    if (!rows) {
        const why = guests.rows.state === 'failed' ? guests.rows.why : '';
        return <Failed what="The guests of this host are not known" why={why} again={guests.reload} />;
    }
    return (
        <div className="xen-stack">
            {guests.troubles.map(trouble => <Missing key={trouble.what} {...trouble} />)}
            {rows.length > 0 && (
                <Operations names={names} isPossible={guests.serviceTrouble === null} begin={verb => setOperation({ verb, names })} />
            )}
            {rows.length === 0 ? <NoGuests />
                : <GuestTable rows={rows} progress={guests.progress} selected={chosen} select={select} openConsole={openConsole} />}
            <ImageList images={guests.images} />
            {operation && guests.service && (
                <OperationDialog
                    operation={operation} service={guests.service} progress={guests.progress}
                    close={() => setOperation(null)} done={guests.reload}
                />
            )}
        </div>
    );
}

function NoGuests() {
    return (
        <Nothing what="There are no guests">
            No domain runs beside domain 0, and no configuration is in the folder of guests that start with the host
            (<code>/etc/xen/auto</code>, or what the settings of xendomains name).
        </Nothing>
    );
}

function Operations({ names, isPossible, begin }: { names: string[]; isPossible: boolean; begin: (verb: Verb) => void }) {
    const what = names.length === 0 ? 'all' : count(names.length, 'guest');
    return (
        <div className="xen-bar" role="group" aria-label="What to do with guests">
            {VERBS.map(([verb, title]) => (
                <Button
                    key={verb} variant={verb === 'start' ? 'primary' : 'secondary'} isDisabled={!isPossible} onClick={() => begin(verb)}
                >
                    {title} {what}…
                </Button>
            ))}
        </div>
    );
}
