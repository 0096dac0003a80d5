import { Loader } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { ProblemAlert } from './problem-alert';

interface QueryViewProps<T> {
  readonly query: UseQueryResult<T>;
  /** The thing that is read, such as `sessions`. */
  readonly subject: string;
  readonly children: (data: T) => ReactNode;
}

/** The result of a query; a failure stands above the last result, which stays. */
export function QueryView<T>({ query, subject, children }: QueryViewProps<T>): ReactElement {
  return (
    <div aria-busy={query.isFetching}>
      {query.isError && <ProblemAlert error={query.error} title={`Reading failed: ${subject}`} />}
      {query.isPending && (
        <p className="loading">
          <Loader size="xs" aria-hidden="true" /> Reading {subject} …
        </p>
      )}
      {query.data !== undefined && children(query.data)}
    </div>
  );
}
