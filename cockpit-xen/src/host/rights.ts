const permission = cockpit.permission({ admin: true });

/** Whether the page has the rights of root now; null until it is known. */
export function isAdmin(): boolean | null {
    return permission.allowed;
}

/** Calls a function whenever that changes. */
export function onRightsChanged(changed: () => void): void {
    permission.addEventListener('changed', changed);
}
