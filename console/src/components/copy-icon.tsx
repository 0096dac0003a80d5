import type { ReactElement } from 'react';

const PATHS = { copy: 'M7 7h9v10H7zM4 13V3h9', copied: 'M4 10.5l4 4 8-9' } as const;

export function CopyIcon({ state }: { readonly state: keyof typeof PATHS }): ReactElement {
  return (
    <svg
      viewBox="0 0 20 20"
      width="14"
      height="14"
      aria-hidden="true"
      focusable="false"
      className="page-icon"
    >
      <path d={PATHS[state]} />
    </svg>
  );
}
