import type { ReactElement } from 'react';
export function AuditPage(): ReactElement { return <p/>; }
