import type { ReactElement } from 'react';
export function DeliveryPage({id}: {readonly id: string}): ReactElement { return <p>{id}</p>; }
