import { DaemonList } from './DaemonList.tsx';
import { FindingList } from './FindingList.tsx';
import { WatchdogView } from './WatchdogView.tsx';

/** How the host is: what check finds, what the watchdog sees, and how the daemons are. */
export function HealthPage() {
    return (
        <div className="xen-stack">
            <FindingList />
            <WatchdogView />
            <DaemonList />
        </div>
    );
}
