import { Alert, Button, Paper, PasswordInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactElement, type SubmitEvent, useEffect, useState } from 'react';
import type { ConsoleSession } from '../api/schemas';
import { api } from '../api/service-client';
import { ProblemAlert } from '../components/problem-alert';

interface LoginPageProps {
  /** Says why the login is shown; empty at first. */
  readonly notice: string;
  readonly onLogin: (session: ConsoleSession) => void;
}

/** Exchanges an API key or a token for the cookie of the console. The credential is kept nowhere in the browser. */
export function LoginPage({ notice, onLogin }: LoginPageProps): ReactElement {
  const [credential, setCredential] = useState('');
  const login = useMutation({
    mutationFn: async () => api.POST('/v1/console/session', { body: { credential: credential.trim() } }),
    onSuccess: ({ data }) => onLogin(data),
    gcTime: 0,
  });
  useEffect(() => {
    document.title = 'Log in · Guest sessions console';
  }, []);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    login.mutate();
  };
  return (
    <main className="login">
      <Paper component="form" withBorder radius="md" className="login-form" onSubmit={submit}>
        <Title order={1} size="h3">
          Guest sessions console
        </Title>
        {notice !== '' && <Alert color="yellow" variant="outline" role="status" title={notice} />}
        <CredentialField value={credential} onChange={setCredential} />
        <Button type="submit" loading={login.isPending} disabled={credential.trim() === ''}>
          Log in
        </Button>
        {login.isError && <ProblemAlert error={login.error} title="Login failed" />}
      </Paper>
    </main>
  );
}

interface CredentialFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function CredentialField({ value, onChange }: CredentialFieldProps): ReactElement {
  return (
    <PasswordInput
      label="API key or token"
      description="The console keeps it in no storage of the browser; your session ends when you log out or are idle."
      autoComplete="off"
      spellCheck={false}
      required
      autoFocus
      maxLength={8192}
      value={value}
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the credential' }}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
