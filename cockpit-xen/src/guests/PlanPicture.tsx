import { useId } from 'react';
import { count } from '../pure/amounts.ts';
import { BOX, lineOf, pictureOf } from '../pure/plan.ts';
import type { Box, Plan } from '../pure/plan.ts';
import { short, visible } from '../pure/text.ts';

const MARGIN = BOX.gap / 2 + 2; // lines go there as well

/** How many boxes stand beside each other, how wide each is, and how many letters of a name fit. */
export interface Scale {
    perRow: number;
    boxWidth: number;
    letters: number;
}

/** The order of a plan: what is above comes first, and arrows lead to who waits. The list beneath it says the same in words. */
export function PlanPicture({ plan, scale }: { plan: Plan; scale: Scale }) {
    const picture = pictureOf(plan, scale.perRow, scale.boxWidth), tip = useId();
    return (
        <div className="xen-picture">
            <svg
                role="img" aria-label={`The order of ${count(plan.steps.length, 'guest')}; the list below says it in words`}
                width={picture.width + MARGIN + 2} height={picture.height + 4}
                viewBox={`${-MARGIN} -2 ${picture.width + MARGIN + 2} ${picture.height + 4}`}
            >
                <defs>
                    <marker id={tip} viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7" orient="auto">
                        <path d="M 0 0 L 8 4 L 0 8 z" className="xen-arrow-tip" />
                    </marker>
                </defs>
                {picture.arrows.map((arrow, index) =>
                    <path key={index} className="xen-arrow" d={lineOf(arrow, picture.boxWidth)} markerEnd={`url(#${tip})`} />)}
                {picture.boxes.map((box, index) => <PictureBox key={index} box={box} scale={scale} />)}
            </svg>
        </div>
    );
}

function PictureBox({ box: { step, x, y }, scale }: { box: Box; scale: Scale }) {
    const kind = step.isFault || step.action === 'hold' ? 'fault' : step.action === 'keep' || step.action === 'leave' ? 'rest' : 'act';
    return (
        <g className={`xen-box xen-box-${kind}`} transform={`translate(${x} ${y})`}>
            <title>{short(step.guest)}</title>
            <rect width={scale.boxWidth} height={BOX.height} rx="6" />
            <text x="10" y="22" className="xen-box-name">{cut(step.guest, scale.letters)}</text>
            <text x="10" y="41" className="xen-box-action">{actionOf(step.action)}</text>
        </g>
    );
}

function cut(name: string, most: number): string {
    const letters = [...visible([...name].slice(0, most + 1).join(''))];
    return letters.length <= most ? letters.join('') : letters.slice(0, most - 1).join('') + '…';
}

/** The word of a plan, as the page says it. */
export function actionOf(action: string): string {
    return ({
        create: 'is started', restore: 'goes on from its image', keep: 'is left as it is', hold: 'cannot be started',
        leave: 'is left running', stop: 'is stopped',
    } as Record<string, string>)[action] ?? action;
}
