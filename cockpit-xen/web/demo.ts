import { Machine } from './machine.ts';

const [suite = 'bookworm', port = '9090'] = process.argv.slice(2);
console.log(`A machine with Debian's ${suite} starts; the first time it is installed, which takes minutes.`);
const machine = await Machine.boot(suite, Number(port));
await machine.start();
machine.startGuests();
console.log(`
    ${machine.address}/xen

The user is admin, with the password admin. “Limited access” at the top of the window takes the same password.
Ctrl-C ends it.`);
process.once('SIGINT', () => void machine.end().then(() => process.exit(0)));
process.once('SIGTERM', () => void machine.end().then(() => process.exit(0)));
