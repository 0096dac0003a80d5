import type { ReactElement } from 'react';
export function WebhookPage({id}: {readonly id: string}): ReactElement { return <p>{id}</p>; }
