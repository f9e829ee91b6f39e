import { ago, bytesOf } from './amounts.ts';

/** What is known of one console: how much its guest has written, and when that last grew. Times are in seconds. */
export interface Activity {
    bytes: number;
    at: number;
    /** When output was last seen to grow; null: not since the first look. */
    grewAt: number | null;
    perSecond: number;
}

/** Takes another look into account. @param before null at the first look. A smaller number is of another domain. */
export function looked(before: Activity | null, bytes: number, at: number): Activity {
    if (!before || bytes < before.bytes)
        return { bytes, at, grewAt: null, perSecond: 0 };
    const grew = bytes - before.bytes, seconds = at - before.at;
    return {
        bytes, at,
        grewAt: grew > 0 ? at : before.grewAt,
        perSecond: grew > 0 && seconds > 0 ? grew / seconds : 0,
    };
}

export function activityText(activity: Activity): string {
    if (activity.perSecond > 0)
        return `writes ${bytesOf(Math.max(1, activity.perSecond))}/s`;
    if (activity.bytes === 0)
        return 'has written nothing';
    return activity.grewAt !== null ? `wrote ${ago(activity.at - activity.grewAt)}`
        : `quiet, ${bytesOf(activity.bytes)}`;
}
