import {
    Alert, Button, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader, TextArea, TextInput,
} from '@patternfly/react-core';
import { useState } from 'react';
import type { StoreLink } from '../host/store.ts';
import { sentenceOf } from '../pure/refusals.ts';
import { Refusal } from '../pure/requests.ts';
import { isEditable, textOf, visible } from '../pure/text.ts';
import { childOf } from '../pure/tree.ts';
import type { Node } from '../pure/tree.ts';
import { whyOf } from '../parts/hooks.ts';
import { Sentence } from '../parts/states.tsx';

interface ActionsProps {
    path: string;
    node: Node;
    link: StoreLink;
}

type Action = 'write' | 'add' | 'remove';

const TITLE: Record<Action, string> = { write: 'Change the value', add: 'Add a child', remove: 'Remove the node' };

/** Changes of one node, each in a dialog of its own. */
export function NodeActions({ path, node, link }: ActionsProps) {
    const [action, setAction] = useState<Action | null>(null);
    const isText = isEditable(node.value);
    return (
        <div className="xen-bar">
            <Button variant="secondary" isDisabled={!isText} onClick={() => setAction('write')}>Change the value…</Button>
            <Button variant="secondary" onClick={() => setAction('add')}>Add a child…</Button>
            <Button variant="danger" isDisabled={path === '/'} onClick={() => setAction('remove')}>Remove…</Button>
            {!isText && <span className="xen-why">Its value is not text that can all be seen, and is not changed here.</span>}
            {action && <ActionDialog action={action} path={path} node={node} link={link} close={() => setAction(null)} />}
        </div>
    );
}

function ActionDialog({ action, path, node, link, close }: ActionsProps & { action: Action; close: () => void }) {
    const [name, setName] = useState('');
    const [text, setText] = useState(action === 'write' ? textOf(node.value) ?? '' : '');
    const [trouble, setTrouble] = useState<string | null>(null);
    const go = async () => {
        try {
            await change(action, path, name, text, link);
            close();
        } catch (e) {
            setTrouble(e instanceof Refusal ? sentenceOf(e.errno) : whyOf(e));
        }
    };
    return (
        <Modal isOpen variant="small" onClose={close} aria-label={TITLE[action]}>
            <ModalHeader title={TITLE[action]} description={<code className="xen-name">{visible(path)}</code>} />
            <ModalBody>
                <Form id="xen-change" onSubmit={event => { event.preventDefault(); void go(); }}>
                    {trouble && <Alert isInline variant="danger" title={<Sentence text={trouble} />} />}
                    {action === 'remove' && <p>All below it is removed as well, and a guest that uses it may fail.</p>}
                    {action === 'add' && <NameField name={name} set={setName} />}
                    {action !== 'remove' && <ValueField text={text} set={setText} isFirst={action === 'write'} />}
                </Form>
            </ModalBody>
            <ModalFooter>
                <Button type="submit" form="xen-change" variant={action === 'remove' ? 'danger' : 'primary'}>{TITLE[action]}</Button>
                <Button variant="link" onClick={close}>Cancel</Button>
            </ModalFooter>
        </Modal>
    );
}

function NameField({ name, set }: { name: string; set: (name: string) => void }) {
    return (
        <FormGroup label="Name" fieldId="xen-change-name">
            <TextInput id="xen-change-name" value={name} onChange={(_, value) => set(value)} isRequired autoFocus />
        </FormGroup>
    );
}

function ValueField({ text, set, isFirst }: { text: string; set: (text: string) => void; isFirst: boolean }) {
    return (
        <FormGroup label="Value" fieldId="xen-change-value">
            <TextArea
                id="xen-change-value" value={text} onChange={(_, value) => set(value)} resizeOrientation="vertical" autoFocus={isFirst}
            />
        </FormGroup>
    );
}

function change(action: Action, path: string, name: string, text: string, link: StoreLink): Promise<void> {
    switch (action) {
        case 'write': return link.write(path, new TextEncoder().encode(text));
        case 'add': return link.write(childOf(path, name), new TextEncoder().encode(text));
        case 'remove': return link.remove(path);
    }
}
