// What `systemctl show` prints of services: lines NAME=VALUE, and an empty line between two services.

export interface Unit {
    id: string;
    isInstalled: boolean;
    state: string;
    restarts: number;
    /** Since when it has this state, as systemd prints it; empty if never. */
    since: string;
}

export const UNITS = ['xenstored.service', 'xenconsoled.service', 'xendomains.service', 'xen-watchdog.service'];
export const PROPERTIES = 'Id,LoadState,ActiveState,SubState,NRestarts,StateChangeTimestamp';

export function unitsOf(text: string): Unit[] {
    return text.split(/\n\s*\n/).flatMap(block => {
        const values = new Map(block.split('\n').map(line => {
            const at = line.indexOf('=');
            return [line.slice(0, at), line.slice(at + 1)] as const;
        }));
        const id = values.get('Id');
        return id ? [{
            id,
            isInstalled: values.get('LoadState') !== 'not-found',
            state: stateOf(values.get('ActiveState') ?? '', values.get('SubState') ?? ''),
            restarts: Number(values.get('NRestarts') ?? 0) || 0,
            since: values.get('StateChangeTimestamp') ?? '',
        }] : [];
    });
}

function stateOf(active: string, sub: string): string {
    switch (active) {
        case 'active': return 'runs';
        case 'inactive': return 'does not run';
        case 'activating': return sub === 'auto-restart' ? 'is about to be restarted' : 'starts';
        case 'deactivating': return 'stops';
        default: return active;
    }
}
