import { Button, Checkbox, Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { Progress } from '../host/domains.ts';
import { bytesOf, count, shareOf, timeOf } from '../pure/amounts.ts';
import { isWrong } from '../pure/rows.ts';
import type { Row } from '../pure/rows.ts';
import { short } from '../pure/text.ts';

interface TableProps {
    rows: Row[];
    progress: ReadonlyMap<string, Progress>;
    selected: ReadonlySet<string>;
    select: (name: string, isSelected: boolean) => void;
    openConsole: (row: Row) => void;
}

const COLUMNS = { name: 'Guest', state: 'State', wanted: 'Wanted', cpu: 'CPU', memory: 'Memory', uptime: 'Uptime', console: 'Console' };
const NOT_THERE = 'is not there';

export function GuestTable({ rows, progress, selected, select, openConsole }: TableProps) {
    return (
        <Table aria-label="Guests" variant="compact" className="xen-guests">
            <Thead>
                <Tr>
                    <Th screenReaderText="Choose" />
                    {Object.entries(COLUMNS).map(([key, title]) =>
                        <Th key={key} modifier={key === 'name' || key === 'state' ? 'wrap' : 'fitContent'}>{title}</Th>)}
                </Tr>
            </Thead>
            <Tbody>
                {rows.map((row, index) => (
                    <Tr key={row.name}>
                        <Td className="xen-choose">
                            <Checkbox
                                id={`xen-choose-${index}`} aria-label={`Choose ${short(row.name)}`} isChecked={selected.has(row.name)}
                                onChange={(_, isSelected) => select(row.name, isSelected)}
                            />
                        </Td>
                        <Td dataLabel={COLUMNS.name} className="xen-name"><strong>{short(row.name)}</strong></Td>
                        <Td dataLabel={COLUMNS.state}><State row={row} progress={progress.get(row.name)} /></Td>
                        <Td dataLabel={COLUMNS.wanted} modifier="nowrap">{row.startsWithHost ? 'with the host' : 'by hand'}</Td>
                        <Td dataLabel={COLUMNS.cpu} modifier="nowrap">{row.cpu === null ? '–' : shareOf(row.cpu)}</Td>
                        <Td dataLabel={COLUMNS.memory} modifier="nowrap">{row.memory === null ? '–' : bytesOf(row.memory)}</Td>
                        <Td dataLabel={COLUMNS.uptime} modifier="nowrap">{row.uptime === null ? '–' : timeOf(row.uptime)}</Td>
                        <Td dataLabel={COLUMNS.console} modifier="nowrap"><ConsoleCell row={row} open={() => openConsole(row)} /></Td>
                    </Tr>
                ))}
            </Tbody>
        </Table>
    );
}

function State({ row, progress }: { row: Row; progress: Progress | undefined }) {
    const isBusy = progress && (progress.stage === 'working' || progress.stage === 'waiting');
    return (
        <div className="xen-states">
            {row.state.includes(' ') && row.state !== NOT_THERE ? <span>{short(row.state)}</span>
                : <Label status={statusOf(row)} isCompact>{stateOf(row)}</Label>}
            {row.failed && !isBusy && <Label status="danger" isCompact>last {row.failed} failed</Label>}
            {isBusy && <span className="xen-why">{progress.verb}: {short(progress.text || progress.stage, 120)}</span>}
        </div>
    );
}

function stateOf(row: Row): string {
    const state = row.state === 'absent' || row.state === NOT_THERE ? 'does not run' : row.state;
    return row.domid === null ? state : `${state} as ${row.domid}`;
}

function statusOf(row: Row): 'success' | 'warning' | 'danger' | 'info' {
    return row.state === 'crashed' ? 'danger' : isWrong(row) ? 'warning' : row.state === 'running' ? 'success' : 'info';
}

function ConsoleCell({ row, open }: { row: Row; open: () => void }) {
    if (row.domid === null || row.console === null)
        return '–';
    return (
        <Button variant="link" isInline onClick={open} aria-label={`Console of ${short(row.name)}: ${row.console}`}>
            {row.console}{row.viewers > 0 && `, ${count(row.viewers, 'viewer')}`}
        </Button>
    );
}
