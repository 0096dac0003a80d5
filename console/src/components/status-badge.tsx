import type { ReactElement } from 'react';
import { wordsOf } from '../format/figures';
import { toneOf } from './status-tone';

interface StatusBadgeProps {
  readonly status: string;
}

const SIGNS = { ok: '✓', busy: '…', warning: '!', bad: '×', neutral: '•' } as const;

/** A status as a word, with a sign and a colour for its tone. */
export function StatusBadge({ status }: StatusBadgeProps): ReactElement {
  const tone = toneOf(status);
  return (
    <span className={`status status-${tone}`}>
      <span aria-hidden="true">{SIGNS[tone]}</span>
      {wordsOf(status)}
    </span>
  );
}
