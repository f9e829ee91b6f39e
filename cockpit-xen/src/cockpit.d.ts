// What this page uses of Cockpit's base1/cockpit.js, which the page loads beside its own script.

interface CockpitChannel {
    send(data: Uint8Array | string): void;
    control(options: Record<string, unknown>): void;
    close(problem?: string): void;
    addEventListener(event: 'message', listener: (event: Event, data: Uint8Array) => void): void;
    addEventListener(event: 'close', listener: (event: Event, options: Record<string, unknown>) => void): void;
}

interface CockpitVariant {
    t: string;
    v: unknown;
}

interface CockpitBus {
    call(path: string, iface: string, method: string, args: unknown[], options?: Record<string, unknown>): Promise<unknown[]>;
    subscribe(match: Record<string, unknown>, listener: (path: string, iface: string, signal: string, args: unknown[]) => void): void;
    close(): void;
    addEventListener(event: 'owner', listener: (event: Event, owner: string | null) => void): void;
    addEventListener(event: 'close', listener: (event: Event, options: Record<string, unknown>) => void): void;
}

interface CockpitPermission {
    allowed: boolean | null;
    addEventListener(event: 'changed', listener: () => void): void;
}

interface CockpitLocation {
    path: string[];
    go(path: string[]): void;
}

declare const cockpit: {
    channel(options: Record<string, unknown>): CockpitChannel;
    dbus(name: string, options: Record<string, unknown>): CockpitBus;
    permission(options: { admin: boolean }): CockpitPermission;
    location: CockpitLocation;
    hidden: boolean;
    addEventListener(event: 'locationchanged' | 'visibilitychange', listener: () => void): void;
    removeEventListener(event: 'locationchanged' | 'visibilitychange', listener: () => void): void;
};

declare module '*.css';
