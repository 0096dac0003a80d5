import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { ProblemAlert } from '../components/problem-alert';
import { useConsoleSession } from '../login/console-session-context';

/** The name of the caller, its scopes as a title, and the logout. */
export function CallerMenu(): ReactElement {
  const { caller, scopes, needsLogin, logOut } = useConsoleSession();
  const logout = useMutation({ mutationFn: logOut });
  return (
    <>
      <span className="caller" title={`Scopes: ${scopes.join(', ')}`}>
        {caller}
      </span>
      {needsLogin && (
        <Button size="xs" variant="default" loading={logout.isPending} onClick={() => logout.mutate()}>
          Log out
        </Button>
      )}
      {logout.isError && <ProblemAlert error={logout.error} title="Logout failed" />}
    </>
  );
}
