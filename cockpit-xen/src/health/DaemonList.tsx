import { Label, Title } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { serviceVersion } from '../host/domains.ts';
import { figures, units } from '../host/health.ts';
import type { Sample } from '../pure/figures.ts';
import type { Unit } from '../pure/units.ts';
import { count } from '../pure/amounts.ts';
import { useLoaded, valueOf } from '../parts/hooks.ts';
import { Loading, Missing } from '../parts/states.tsx';

const EVERY = 15_000;

/** The daemons, with the source of figures and the service of each. */
const DAEMONS = [
    { name: 'xenstored', source: 'store' }, { name: 'xenconsoled', source: 'consoles' }, { name: 'xendomains', source: 'guests' },
    { name: 'xen-watchdog', source: 'watchdog' },
];
const COLUMNS = ['Daemon', 'Service', 'Answers', 'Version', 'Restarts'];

/** Which daemons run, which version each has, and how often they were restarted. */
export function DaemonList() {
    const [services] = useLoaded(units, EVERY), [samples] = useLoaded(figures, EVERY);
    const [domains] = useLoaded(serviceVersion, EVERY);
    const known = valueOf(services), told = valueOf(samples);
    const survived = told?.find(sample => sample.name === 'xen_store_restarts_total')?.value;
    return (
        <section className="xen-section" aria-label="Daemons">
            <Title headingLevel="h2" size="lg">Daemons</Title>
            {services.state === 'failed' && <Missing what="The services are not known" why={services.why} />}
            {samples.state === 'failed' && <Missing what="Versions are not known" why={samples.why} />}
            {(services.state === 'loading' || samples.state === 'loading') && !known && !told ? <Loading what="Asking the daemons" /> : (
                <Table aria-label="Daemons" variant="compact">
                    <Thead><Tr>{COLUMNS.map(title => <Th key={title}>{title}</Th>)}</Tr></Thead>
                    <Tbody>
                        {DAEMONS.map(daemon => (
                            <DaemonRow
                                key={daemon.name} name={daemon.name} unit={known?.find(unit => unit.id === `${daemon.name}.service`)}
                                samples={(told ?? []).filter(sample => sample.labels['source'] === daemon.source)}
                                version={daemon.source === 'guests' ? valueOf(domains) ?? undefined : undefined}
                                survived={daemon.source === 'store' ? survived : undefined}
                            />
                        ))}
                    </Tbody>
                </Table>
            )}
        </section>
    );
}

function statusOf(unit: Unit): 'success' | 'warning' | 'danger' {
    return unit.state === 'runs' ? 'success' : unit.state === 'failed' ? 'danger' : 'warning';
}

interface RowProps {
    name: string;
    unit: Unit | undefined;
    samples: Sample[];
    /** If its figures do not have it. */
    version: string | undefined;
    /** How many restarts the store's present state has survived. */
    survived: number | undefined;
}

function DaemonRow({ name, unit, samples, version: told, survived }: RowProps) {
    const up = samples.find(sample => sample.name === 'xen_up')?.value;
    const version = samples.find(sample => sample.name === 'xen_build_info')?.labels['version'] ?? told;
    return (
        <Tr>
            <Td dataLabel={COLUMNS[0]!}><strong>{name}</strong></Td>
            <Td dataLabel={COLUMNS[1]!}>
                {!unit ? '–' : !unit.isInstalled ? 'is not installed' : (
                    <>
                        <Label status={statusOf(unit)} isCompact>{unit.state}</Label>
                        {unit.since !== '' && <div className="xen-why">since {unit.since}</div>}
                    </>
                )}
            </Td>
            <Td dataLabel={COLUMNS[2]!}>{up === undefined ? '–' : up === 1 ? 'yes' : <Label status="warning" isCompact>no</Label>}</Td>
            <Td dataLabel={COLUMNS[3]!}>{version ?? '–'}</Td>
            <Td dataLabel={COLUMNS[4]!}>
                {unit?.isInstalled ? unit.restarts : '–'}
                {survived !== undefined && <div className="xen-why">the store's state has survived {count(survived, 'restart')}</div>}
            </Td>
        </Tr>
    );
}
