import { createContext, use } from 'react';
import type { ConsoleSession } from '../api/schemas';
import type { ScopeName } from '../api/scope-name';

export interface SignedIn extends Pick<ConsoleSession, 'caller' | 'scopes' | 'needsLogin' | 'expiresAt'> {
  readonly logOut: () => Promise<void>;
}

export const ConsoleSessionContext = createContext<SignedIn | undefined>(undefined);

/** The caller that has logged in; only below the login. */
export function useConsoleSession(): SignedIn {
  const session = use(ConsoleSessionContext);
  if (session === undefined) throw new Error('There is no console session.');
  return session;
}

/** Whether the caller has the scope. */
export function useScope(scope: ScopeName): boolean {
  return useConsoleSession().scopes.includes(scope);
}
