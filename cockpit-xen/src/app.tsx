import { Alert, Page, PageSection, Tab, TabTitleText, Tabs } from '@patternfly/react-core';
import { useCallback, useEffect, useState } from 'react';
import { ConsolePage } from './console/ConsolePage.tsx';
import type { Chosen } from './console/ConsolePage.tsx';
import { GuestsPage } from './guests/GuestsPage.tsx';
import { HealthPage } from './health/HealthPage.tsx';
import { isAdmin, onRightsChanged } from './host/rights.ts';
import type { Row } from './pure/rows.ts';
import { StorePage } from './store/StorePage.tsx';

const TABS = ['guests', 'console', 'store', 'health'] as const;
const TITLES = { guests: 'Guests', console: 'Console', store: 'Store', health: 'Health' };
type TabName = typeof TABS[number];

/** One page with a tab for each part. Which one is shown is in the address, so that it can be kept and gone back to. */
export function App() {
    const [tab, go] = useTab();
    const hasRights = useAdmin();
    const [chosen, setChosen] = useState<Chosen | null>(null);
    const openConsole = ({ domid, name }: Row) => {
        setChosen({ domid: domid!, name, console: 'pv0' });
        go('console');
    };
    if (hasRights === null)
        return null; // it is known within moments
    return (
        <Page className="no-masthead-sidebar">
            <PageSection type="tabs" padding={{ default: 'noPadding' }}>
                <Tabs activeKey={tab} onSelect={(_, key) => go(key as TabName)} aria-label="Xen guests" usePageInsets>
                    {TABS.map(name => <Tab key={name} eventKey={name} title={<TabTitleText>{TITLES[name]}</TabTitleText>} />)}
                </Tabs>
            </PageSection>
            <PageSection isFilled key={String(hasRights)} aria-label={TITLES[tab]}>
                {!hasRights && <LimitedAccess />}
                {tab === 'guests' && <GuestsPage openConsole={openConsole} />}
                {tab === 'console' && <ConsolePage chosen={chosen} choose={setChosen} />}
                {tab === 'store' && <StorePage />}
                {tab === 'health' && <HealthPage />}
            </PageSection>
        </Page>
    );
}

function LimitedAccess() {
    return (
        <Alert isInline variant="info" title="You have limited access" className="xen-limited">
            Most of this page needs the rights of root. “Limited access” at the top of the window turns on administrative access.
        </Alert>
    );
}

function useTab(): [TabName, (tab: TabName) => void] {
    const [tab, setTab] = useState(currentTab);
    useEffect(() => {
        const changed = () => setTab(currentTab());
        cockpit.addEventListener('locationchanged', changed);
        return () => cockpit.removeEventListener('locationchanged', changed);
    }, []);
    return [tab, useCallback(name => cockpit.location.go([name]), [])];
}

function currentTab(): TabName {
    return TABS.find(name => name === cockpit.location.path[0]) ?? 'guests';
}

// Null until it is known. All is asked anew when it changes.
function useAdmin(): boolean | null {
    const [current, setCurrent] = useState(isAdmin);
    useEffect(() => onRightsChanged(() => setCurrent(isAdmin())), []);
    return current;
}
