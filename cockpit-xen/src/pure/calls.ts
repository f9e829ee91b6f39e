// Why the service xendomains could not be asked on the bus, in sentences for who looks at the page.

const NO_SERVICE = 'The service xendomains does not run. `systemctl start xendomains` starts it,'
    + ' and with it the guests that start with the host.';

/** The bus cannot be used, or not any more. @param problem Cockpit's own word. */
export function busTrouble(problem: unknown, message: unknown): string {
    return problem === 'not-found' ? NO_SERVICE // 287 closes the channel if nobody has the name
        : problem === 'access-denied' ? 'You may not use the system bus without administrative access.'
            : `The system bus cannot be used: ${String(message || problem || 'the connection is lost')}.`;
}

/** A call failed. @param name the bus' own name of the error. @param problem Cockpit's word, if the bridge has one. */
export function callTrouble(name: string, message: string, problem: string): string {
    // A service that has just ended gives no reply either, and one that fails may tell of a time that it waited in vain.
    if (problem === 'timeout' || /\.Timeout|TimedOut/.test(name) || /^$|NoReply/.test(name) && /timed out|timeout/i.test(message))
        return 'The service xendomains does not answer.';
    if (/ServiceUnknown|NameHasNoOwner|NoReply|Disconnected/.test(name) || problem === 'not-found')
        return NO_SERVICE;
    if (/UnknownMethod/.test(name))
        return 'The service xendomains that runs is older than this page. The new one runs from the next boot on.';
    if (/AccessDenied|NotAuthorized/.test(name) || problem === 'access-denied')
        return `You may not do this without administrative access (${message}).`;
    return message || problem || 'The service xendomains gave no answer.';
}
