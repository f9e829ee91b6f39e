// Amounts as people read them.

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytesOf(bytes: number): string {
    let unit = 0;
    for (; bytes >= 1024 && unit < BYTES.length - 1; unit++)
        bytes /= 1024;
    return `${bytes < 10 && unit > 0 && bytes % 1 !== 0 ? bytes.toFixed(1) : Math.round(bytes)} ${BYTES[unit]}`;
}

/** The two largest units of a time: 3 d 4 h, 5 min 0 s. */
export function timeOf(seconds: number): string {
    const whole = Math.max(0, Math.floor(seconds));
    const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
    return days > 0 ? `${days} d ${hours} h` : hours > 0 ? `${hours} h ${minutes} min`
        : minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** How long ago, in one unit. */
export function ago(seconds: number): string {
    return seconds < 1.5 ? 'now' : `${seconds < 60 ? `${Math.round(seconds)} s` : timeOf(seconds)} ago`;
}

/** A part of one processor in hundredths; more than one processor is more than 100 %. */
export function shareOf(share: number): string {
    const percent = share * 100;
    return `${percent < 10 && percent > 0 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** A number with its thing, in the singular or plural. */
export function count(number: number, one: string, several = one + 's'): string {
    return `${number} ${number === 1 ? one : several}`;
}
