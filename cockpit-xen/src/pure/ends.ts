// How a channel of Cockpit ended. Its bridges say the same thing in different ways: 287 (Debian 12), 337 (Debian 13).

export interface End {
    /** Cockpit's own word; null if the program ran, or the connection was there. */
    problem: string | null;
    /** In one line. */
    message: string;
    /** The program's exit status; null if a signal ended it, or it did not run. */
    status: number | null;
    signal: string | null;
}

/** Reads the options with which a channel was closed. */
export function endOf(options: Record<string, unknown>): End {
    const status = options['exit-status'], signal = options['exit-signal'];
    const problem = typeof options['problem'] === 'string' && options['problem'] !== '' ? options['problem'] : null;
    // 337 says of a program that was killed: exit-status -9. 287 says of one that is not there: exit-status -1, beside its problem.
    const isKilled = typeof status === 'number' && status < 0 && problem === null;
    return {
        problem,
        message: typeof options['message'] === 'string' ? options['message'].trim().replace(/\s*\n\s*/g, ' ') : '',
        status: typeof status === 'number' && status >= 0 ? status : null,
        signal: isKilled ? `signal ${-status}` : problem === null && typeof signal === 'string' ? `SIG${signal.replace(/^SIG/, '')}` : null,
    };
}

/** Whether nobody listens on a socket of the host: 287 says not-found; 337 says terminated if there is no such file. */
export function isAbsent(end: End): boolean {
    return end.problem === 'not-found' || end.problem === 'terminated';
}

/** Why a program gave no answer, in a sentence; null if it ended by itself. */
export function reasonOf(end: End, program: string): string | null {
    if (end.signal)
        return `${program} was ended by ${end.signal}.`;
    switch (end.problem) {
        case null:
            return null;
        case 'not-found':
            return `There is no program ${program} on this host.`;
        case 'access-denied':
        case 'not-authorized':
        case 'authentication-failed':
            return `You may not run ${program} without administrative access.`;
        case 'timeout':
            return `${program} does not answer.`;
        case 'disconnected':
        case 'terminated':
        case 'no-cockpit':
            return 'The connection to the host is lost.';
        default:
            return `${program} could not be asked: ${end.message || end.problem}`;
    }
}
