import type { ReactElement } from 'react';
import { Icon } from './icon';

const PATHS = { copy: 'M7 7h9v10H7zM4 13V3h9', copied: 'M4 10.5l4 4 8-9' } as const;

export function CopyIcon({ state }: { readonly state: keyof typeof PATHS }): ReactElement {
  return <Icon path={PATHS[state]} size={14} />;
}
