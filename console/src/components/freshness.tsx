import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { ageText } from '../format/age';
import { localTimeText } from '../format/local-time';
import { useNow } from '../format/use-now';

interface FreshnessProps {
  readonly query: Pick<UseQueryResult, 'dataUpdatedAt' | 'isFetching' | 'isError' | 'refetch'>;
  /** Says how often the figures are read again, such as `every 15 s`. */
  readonly rhythm?: string;
}

/** Says how old the shown figures are, and reads them again on request. */
export function Freshness({ query, rhythm }: FreshnessProps): ReactElement {
  const now = useNow();
  const { dataUpdatedAt: at, isFetching, isError } = query;
  const title =
    at === 0 ? undefined : `Read at ${localTimeText(new Date(at), now)} (${new Date(at).toISOString()})`;
  return (
    <span className="freshness" title={title}>
      <span className={isError ? 'dot dot-bad' : 'dot dot-ok'} aria-hidden="true" />
      <span>
        {at === 0 ? 'Not read yet' : `Read ${ageText(Math.min(at, now), now)}`}
        {isError && at !== 0 ? ', last read failed' : ''}
        {rhythm === undefined ? '' : ` · ${rhythm}`}
      </span>
      <button
        type="button"
        className="text-button"
        disabled={isFetching}
        onClick={() => void query.refetch()}
      >
        Refresh
      </button>
    </span>
  );
}
