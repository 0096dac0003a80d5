import type { ReactElement } from 'react';
import type { Attempt } from '../api/schemas';
import { durationText } from '../format/age';
import { errorText } from './error-text';
import { StatusBadge } from './status-badge';

/** The outcome of a test event. */
export function AttemptNote({ attempt }: { readonly attempt: Attempt }): ReactElement {
  const { result, latencyMs } = attempt;
  const error = errorText(attempt);
  return (
    <p>
      <StatusBadge status={result} /> after {durationText(latencyMs)}
      {error !== undefined && `: ${error}`}
    </p>
  );
}
