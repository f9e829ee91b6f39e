// The figures of `xencommons metrics`: Prometheus' text format.

export interface Sample {
    name: string;
    labels: Record<string, string>;
    value: number;
}

const LINE = /^([A-Za-z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+)/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** The samples of a text. Comments, and lines that are no samples, are left out. */
export function samplesOf(text: string): Sample[] {
    return text.split('\n').flatMap(line => {
        const [, name, labels, value] = LINE.exec(line) ?? [];
        return name && value ? [{ name, labels: labelsOf(labels ?? ''), value: Number(value) }] : [];
    });
}

/** The value of each domain, by its number. */
export function byDomain(samples: readonly Sample[], name: string): Map<number, number> {
    return new Map(samples.filter(sample => sample.name === name).map(sample => [Number(sample.labels['domid']), sample.value]));
}

/** What part of one processor each domain has used between two looks; only of domains that both have. */
export function cpuShares(before: readonly Sample[], now: readonly Sample[]): Map<number, number> {
    const seconds = (collectedAt(now) ?? NaN) - (collectedAt(before) ?? NaN), earlier = byDomain(before, 'xen_domain_cpu_seconds_total');
    const shares = new Map<number, number>();
    if (!(seconds > 0))
        return shares;
    for (const [domid, ran] of byDomain(now, 'xen_domain_cpu_seconds_total')) {
        const from = earlier.get(domid);
        if (from !== undefined && ran >= from) // a number may have gone to another domain
            shares.set(domid, (ran - from) / seconds);
    }
    return shares;
}

/** When the figures were collected, by the host's clock, in seconds since 1970; null if they do not say it. */
export function collectedAt(samples: readonly Sample[]): number | null {
    return samples.find(sample => sample.name === 'xen_metrics_timestamp_seconds')?.value ?? null;
}

function labelsOf(text: string): Record<string, string> {
    const labels: Record<string, string> = {};
    for (const [, name, value] of text.matchAll(LABEL))
        labels[name!] = value!.replace(/\\(.)/g, (_, one: string) => one === 'n' ? '\n' : one);
    return labels;
}
