import { endOf, isAbsent } from '../pure/ends.ts';
import { BrokenProtocol } from '../pure/frames.ts';
import { StoreRequests } from '../pure/requests.ts';
import { Trouble } from './program.ts';
import { isAdmin } from './rights.ts';

const SOCKET = '/run/xenstored/socket';

/** A connection to the store's socket. It is over when the store or the page's connection to the host is. */
export class StoreLink extends StoreRequests {
    private readonly channel: CockpitChannel;

    /** @param changed is told paths below which something changed, once watch was called. @param ended is told once, with the reason. */
    constructor(changed: (path: string) => void, ended: (reason: Trouble) => void) {
        const channel = cockpit.channel({ payload: 'stream', unix: SOCKET, binary: true, superuser: 'try' });
        super(bytes => channel.send(bytes), changed);
        this.channel = channel;
        let heard = false, broken: Trouble | null = null;
        channel.addEventListener('message', (_, data) => {
            heard = true;
            try {
                this.receive(data);
            } catch (e) {
                if (!(e instanceof BrokenProtocol))
                    throw e;
                broken = new Trouble(`What answers at ${SOCKET} is no store, or one of another version: ${e.message}.`);
                this.close(); // it is not asked any further
            }
        });
        channel.addEventListener('close', (_, options) => {
            const reason = broken ?? reasonOf(options, heard);
            this.end(reason);
            ended(reason);
        });
    }

    close(): void {
        this.channel.close();
    }
}

function reasonOf(options: Record<string, unknown>, heard: boolean): Trouble {
    const end = endOf(options);
    if (heard)
        return new Trouble('The store has ended the connection.');
    if (end.problem === 'access-denied' || !isAdmin()) // 337 says of a socket that may not be used what it says of one that is not there
        return new Trouble('Only root may use the store: it takes administrative access.');
    return new Trouble(isAbsent(end) ? `No store answers at ${SOCKET}. \`systemctl start xenstored\` starts it.`
        : `The store cannot be reached: ${end.message || end.problem || 'it ended the connection'}.`);
}
