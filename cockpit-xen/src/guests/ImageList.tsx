import { Label, List, ListItem, Title } from '@patternfly/react-core';
import type { Image } from '../host/domains.ts';
import { adviceOf } from '../pure/images.ts';
import { short } from '../pure/text.ts';
import { Sentence } from '../parts/states.tsx';

/** Images that wait, and above all those that are held back, each with what to do. */
export function ImageList({ images }: { images: Image[] }) {
    if (images.length === 0)
        return null;
    return (
        <section className="xen-section">
            <Title headingLevel="h2" size="lg">Images of saved guests</Title>
            <List isPlain isBordered aria-label="Images of saved guests">
                {images.map((image, index) => {
                    const advice = adviceOf(image.place, image.fault, image.guest);
                    return (
                        <ListItem key={index}>
                            <div>
                                <Label status={advice.isHeld ? 'warning' : 'info'} isCompact>{image.place}</Label>{' '}
                                <strong className="xen-name">{short(image.guest)}</strong>: its image {advice.what}
                                {image.fault !== undefined && `: ${short(image.fault, 400)}`}.
                            </div>
                            <div className="xen-why"><Sentence text={advice.todo} /></div>
                            <div className="xen-why xen-name"><code>{short(image.file, 300)}</code></div>
                        </ListItem>
                    );
                })}
            </List>
        </section>
    );
}
