import type { ReactElement } from 'react';
export function WebhooksPage(): ReactElement { return <p/>; }
