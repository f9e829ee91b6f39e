import { Alert, Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, Spinner } from '@patternfly/react-core';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import SearchIcon from '@patternfly/react-icons/dist/esm/icons/search-icon';
import { Fragment } from 'react';
import type { ReactNode } from 'react';
import { sentenceParts } from '../pure/text.ts';

/** Something is being asked for. */
export function Loading({ what }: { what: string }) {
    return <EmptyState variant="sm" titleText={what} headingLevel="h2" icon={Spinner} />;
}

/** It could not be had: why, and a way to try again. */
export function Failed({ what, why, again }: { what: string; why: string; again?: () => void }) {
    return (
        <EmptyState variant="sm" status="danger" titleText={what} headingLevel="h2" icon={ExclamationCircleIcon}>
            <EmptyStateBody><Sentence text={why} /></EmptyStateBody>
            {again && (
                <EmptyStateFooter>
                    <EmptyStateActions><Button variant="secondary" onClick={again}>Try again</Button></EmptyStateActions>
                </EmptyStateFooter>
            )}
        </EmptyState>
    );
}

/** There is nothing, which is no failure. */
export function Nothing({ what, children }: { what: string; children?: ReactNode }) {
    return (
        <EmptyState variant="sm" titleText={what} headingLevel="h2" icon={SearchIcon}>
            <EmptyStateBody>{children}</EmptyStateBody>
        </EmptyState>
    );
}

/** A part of the page is missing or old, and the rest is shown. */
export function Missing({ what, why }: { what: string; why: string }) {
    return <Alert isInline variant="warning" title={what}><Sentence text={why} /></Alert>;
}

/** A sentence in which commands stand between backticks. Much of it may be of programs and guests, so nothing in it is unseen. */
export function Sentence({ text }: { text: string }) {
    return sentenceParts(text).map((part, index) =>
        index % 2 === 1 ? <code key={index}>{part}</code> : <Fragment key={index}>{part}</Fragment>);
}
