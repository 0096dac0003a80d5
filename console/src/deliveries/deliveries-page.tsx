import type { ReactElement } from 'react';
export function DeliveriesPage(): ReactElement { return <p/>; }
