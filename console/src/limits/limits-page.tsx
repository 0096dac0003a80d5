import type { ReactElement } from 'react';
export function LimitsPage(): ReactElement { return <p/>; }
