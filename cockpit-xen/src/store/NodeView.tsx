import {
    Button, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm, List, ListItem, Title,
} from '@patternfly/react-core';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { bytesOf, count } from '../pure/amounts.ts';
import { inWords } from '../pure/permissions.ts';
import { short, shown, visible } from '../pure/text.ts';
import type { Node } from '../pure/tree.ts';

interface NodeProps {
    path: string;
    node: Node | undefined;
    /** Whether the store has it, also if it could not be read. */
    isListed: boolean;
    nameOf: (domid: number) => string | undefined;
    /** Null while the page only reads. */
    actions: ReactNode;
}

const NOT_READ = 'This node could not be read so far. It is read again when it changes.';

/** All that the store has of one node. */
export function NodeView({ path, node, isListed, nameOf, actions }: NodeProps) {
    if (!node) {
        return (
            <section aria-label="The chosen node" className="xen-node">
                <Title headingLevel="h2" size="md" className="xen-name"><code>{visible(path)}</code></Title>
                <p>{isListed ? NOT_READ : 'This node is not there any more.'}</p>
            </section>
        );
    }
    return (
        <section aria-label="The chosen node" className="xen-node xen-stack">
            <Title headingLevel="h2" size="md" className="xen-name"><code>{visible(path)}</code></Title>
            <DescriptionList isCompact>
                <Term name="Value"><Value value={node.value} /></Term>
                <Term name="Who may use it">
                    <List isPlain>
                        {inWords(node.permissions, domid => short(nameOf(domid) ?? '', 60) || undefined).map((sentence, index) =>
                            <ListItem key={index}>{sentence}</ListItem>)}
                    </List>
                </Term>
                <Term name="Children">{node.children.length === 0 ? 'none' : count(node.children.length, 'child', 'children')}</Term>
                <Term name="Changed"><Changed at={node.changedAt} /></Term>
            </DescriptionList>
            {actions}
        </section>
    );
}

function Term({ name, children }: { name: string; children: ReactNode }) {
    return (
        <DescriptionListGroup>
            <DescriptionListTerm>{name}</DescriptionListTerm>
            <DescriptionListDescription>{children}</DescriptionListDescription>
        </DescriptionListGroup>
    );
}

function Value({ value }: { value: Uint8Array }) {
    const what = shown(value), [isOpen, setOpen] = useState(false);
    useEffect(() => setOpen(false), [what.kind]);
    switch (what.kind) {
        case 'empty':
            return <em>empty</em>;
        case 'text':
            return <pre className="xen-value">{what.text}</pre>;
        case 'binary':
            return (
                <>
                    <p>{bytesOf(what.length)} that are not text</p>
                    <Button variant="link" isInline onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
                        {isOpen ? 'Hide the bytes' : 'Show the bytes'}
                    </Button>
                    {isOpen && <pre className="xen-value" aria-label="The bytes, as hexadecimal numbers">{what.hex}</pre>}
                </>
            );
    }
}

function Changed({ at }: { at: number }) {
    return at === 0 ? 'not since you look at it' : new Date(at).toLocaleTimeString();
}
