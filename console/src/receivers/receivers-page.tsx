import type { ReactElement } from 'react';
export function ReceiversPage(): ReactElement { return <p/>; }
