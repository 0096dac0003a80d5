import { Button, Loader } from '@mantine/core';
import { ProblemError } from '@genesys-guest-sessions/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, type ReactNode, useEffect, useMemo, useState } from 'react';
import { ProblemAlert } from '../components/problem-alert';
import type { ConsoleSession } from '../api/schemas';
import { adoptCsrfTokenOf, handleUnauthenticated, api } from '../api/service-client';
import { ConsoleSessionContext } from './console-session-context';
import { LoginPage } from './login-page';

const KEY = ['console-session'];

/**
 * Shows its children to a caller with a console session, and the login to all others. A response 401 at any time leads
 * back to the login, and drops everything that was read.
 */
export function LoginGate({ children }: { readonly children: ReactNode }): ReactElement {
  const queries = useQueryClient();
  const [notice, setNotice] = useState('');
  const query = useQuery({ queryKey: KEY, queryFn: readSession, staleTime: Infinity, gcTime: Infinity });
  const session = query.data ?? undefined;

  useEffect(() => {
    handleUnauthenticated(() => {
      if ((queries.getQueryData(KEY) ?? null) === null) return;
      setNotice('Your session has ended. Log in again.');
      queries.clear();
      queries.setQueryData(KEY, null);
    });
  }, [queries]);

  const signedIn = useMemo(() => {
    if (session === undefined) return undefined;
    const logOut = async (): Promise<void> => {
      await api.DELETE('/v1/console/session');
      setNotice('You have logged out.');
      queries.clear();
      queries.setQueryData(KEY, null);
    };
    return { ...session, logOut };
  }, [session, queries]);

  if (query.isError)
    return (
      <main className="login">
        <div className="stack">
          <ProblemAlert error={query.error} title="The service was not reached" />
          <Button size="xs" loading={query.isFetching} onClick={() => void query.refetch()}>
            Try again
          </Button>
        </div>
      </main>
    );
  if (query.isPending) return <Loader className="loading-page" aria-label="Reading the session" />;
  if (signedIn === undefined) {
    const adopt = (opened: ConsoleSession): void => {
      adoptCsrfTokenOf(opened);
      setNotice('');
      queries.setQueryData(KEY, opened);
    };
    return <LoginPage notice={notice} onLogin={adopt} />;
  }
  return <ConsoleSessionContext value={signedIn}>{children}</ConsoleSessionContext>;
}

/** Null without a session. */
async function readSession(): Promise<ConsoleSession | null> {
  try {
    const { data } = await api.GET('/v1/console/session');
    adoptCsrfTokenOf(data);
    return data;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 401) return null;
    throw error;
  }
}
