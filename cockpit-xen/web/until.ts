import { setTimeout as sleep } from 'node:timers/promises';

/** In milliseconds. It only ends a test that would wait for ever. */
export const LIMIT = Number(process.env['LIMIT'] ?? 60_000);

/** Waits until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
    for (const end = Date.now() + LIMIT; !await isSo(); await sleep(50))
        if (Date.now() > end)
            throw new Error(otherwise);
}
