import type { ReactElement } from 'react';
import type { Attempt } from '../api/schemas';
import { durationText } from '../format/age';
import { StatusBadge } from './status-badge';

/** The outcome of a test event. */
export function AttemptNote({ attempt }: { readonly attempt: Attempt }): ReactElement {
  const { result, latencyMs, status, error } = attempt;
  return (
    <p>
      <StatusBadge status={result === 'failed' ? 'failing' : result} /> after {durationText(latencyMs)}
      {status !== undefined && `, status ${status}`}
      {error !== undefined && `: ${error}`}
    </p>
  );
}
