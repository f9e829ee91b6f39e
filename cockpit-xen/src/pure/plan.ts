// A plan of xendomains as a picture: each guest a box, below those that come before it.

export interface Step {
    guest: string;
    action: string;
    why: string;
    isFault: boolean;
    ways: string[];
    after: string[];
}

export interface Plan {
    steps: Step[];
    remarks: string[];
}

export interface Box {
    step: Step;
    /** Its place in the order, from 1 on. Boxes of one place do not wait for each other. */
    place: number;
    x: number;
    y: number;
}

export interface Arrow {
    from: Box;
    to: Box;
}

export interface Picture {
    boxes: Box[];
    /** The width of each box. */
    boxWidth: number;
    arrows: Arrow[];
    width: number;
    height: number;
}

export const BOX = { height: 52, gap: 20, rise: 36 };

const TIP = 6; // of an arrow, in front of its box

const NOT_ASKED = 'it was not asked for';

/** Reads the JSON of a plan. Throws if it is none. */
export function planOf(json: string): Plan {
    const { steps, remarks } = JSON.parse(json) as { steps: Record<string, unknown>[]; remarks: unknown };
    if (!Array.isArray(steps))
        throw new Error('the plan has no steps');
    return { steps: steps.map(stepOf).filter(step => !(step.action === 'leave' && step.why === NOT_ASKED)), remarks: texts(remarks) };
}

/** What of a plan is about some guests: they, and those that come before them. No names stand for all. */
export function about(plan: Plan, names: readonly string[]): Plan {
    if (names.length === 0)
        return plan;
    const byName = new Map(plan.steps.map(step => [step.guest, step])), wanted = new Set<string>(), left = [...names];
    for (let name = left.pop(); name !== undefined; name = left.pop())
        if (!wanted.has(name)) {
            wanted.add(name);
            left.push(...byName.get(name)?.after ?? []);
        }
    return { steps: plan.steps.filter(step => wanted.has(step.guest)), remarks: plan.remarks };
}

/** Whether something is done with the guest. */
export function isAct(step: Step): boolean {
    return step.action === 'create' || step.action === 'restore' || step.action === 'stop';
}

/**
 * The names to act on after a plan for some guests was shown. "All" are those that the plan acts on, and those that it cannot start, so
 * that this is told again: a guest that has come since then was not shown, and is left alone.
 */
export function namesOf(plan: Plan, asked: readonly string[]): readonly string[] {
    return asked.length > 0 ? asked : plan.steps.filter(step => isAct(step) || step.action === 'hold').map(step => step.guest);
}

/** What an operation has told of a guest since it began. @param before what was known then, of earlier operations. */
export function toldSince<T extends { verb: string }>(
    before: ReadonlyMap<string, T>, now: ReadonlyMap<string, T>, verb: string, guest: string): T | undefined {
    const told = now.get(guest);
    return told !== undefined && told !== before.get(guest) && told.verb === verb ? told : undefined;
}

/** What is left of what was told when the service goes: what had come to an end. Nobody is at work any more. */
export function ended<T extends { stage: string }>(told: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
    return new Map([...told].filter(([, { stage }]) => stage !== 'working' && stage !== 'waiting'));
}

/** Where each box is. @param perRow how many boxes fit beside each other. @param boxWidth how wide each is. */
export function pictureOf(plan: Plan, perRow: number, boxWidth: number): Picture {
    const places = placesOf(plan.steps), rows: Box[][] = [];
    for (let place = 1; place <= Math.max(0, ...places.values()); place++) {
        const here = plan.steps.filter(step => places.get(step) === place);
        for (let from = 0; from < here.length; from += perRow)
            rows.push(here.slice(from, from + perRow).map((step, column) => ({
                step, place, x: column * (boxWidth + BOX.gap), y: (rows.length) * (BOX.height + BOX.rise),
            })));
    }
    const boxes = rows.flat(), byName = new Map(boxes.map(box => [box.step.guest, box]));
    const arrows = boxes.flatMap(to => to.step.after.flatMap(name => {
        const from = byName.get(name);
        return from && from !== to ? [{ from, to }] : [];
    }));
    const widest = Math.max(0, ...rows.map(row => row.length));
    return {
        boxes, boxWidth, arrows,
        width: Math.max(0, widest * (boxWidth + BOX.gap) - BOX.gap),
        height: Math.max(0, rows.length * (BOX.height + BOX.rise) - BOX.rise),
    };
}

/**
 * The line of an arrow, as SVG has it: from the lower edge of one box to the upper edge of the other. To the next row it is a curve. To a
 * row further down it goes through the gaps between boxes, so that it never seems to lead to a box on its way.
 */
export function lineOf({ from, to }: Arrow, boxWidth: number): string {
    const [x1, y1] = [from.x + boxWidth / 2, from.y + BOX.height], [x2, y2] = [to.x + boxWidth / 2, to.y - TIP];
    if (to.y - from.y <= BOX.height + BOX.rise) {
        const bend = y1 + BOX.rise / 2;
        return `M ${x1} ${y1} C ${x1} ${bend}, ${x2} ${bend}, ${x2} ${y2}`;
    }
    return `M ${x1} ${y1} V ${y1 + BOX.rise / 3} H ${to.x - BOX.gap / 2} V ${to.y - BOX.rise / 2} H ${x2} V ${y2}`;
}

// One more than the last of those before it. xendomains has broken circles already; where one is left, it is not followed again.
function placesOf(steps: readonly Step[]): Map<Step, number> {
    const byName = new Map(steps.map(step => [step.guest, step])), places = new Map<Step, number>(), open = new Set<Step>();
    const place = (step: Step): number => {
        const known = places.get(step);
        if (known !== undefined || open.has(step))
            return known ?? 0;
        open.add(step);
        const before = step.after.flatMap(name => byName.get(name) ?? []).filter(other => other !== step);
        const found = 1 + Math.max(0, ...before.map(place));
        open.delete(step);
        places.set(step, found);
        return found;
    };
    steps.forEach(place);
    return places;
}

function stepOf(step: Record<string, unknown>): Step {
    const ways = Array.isArray(step['ways']) ? step['ways'] as Record<string, unknown>[] : [];
    return {
        guest: String(step['guest']),
        action: String(step['action']),
        why: String(step['why'] ?? ''),
        isFault: step['fault'] === true,
        ways: ways.map(way => String(way['way']) + (typeof way['within'] === 'number' ? ` within ${way['within']} s` : '')),
        after: texts(step['after']),
    };
}

function texts(value: unknown): string[] {
    return Array.isArray(value) ? value.map(String) : [];
}
