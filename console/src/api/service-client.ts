import { GuestSessionsClient } from '@genesys-guest-sessions/client';
import { apiPrefixOf } from './api-prefix';

/** The path of the service in this document's origin. */
export const API_PREFIX = apiPrefixOf(window.location.pathname);

let csrfToken = '';
let onUnauthenticated: () => void = () => undefined;

/** Sets the token that all changing requests carry from now on. */
export function adoptCsrfTokenOf(session: { readonly csrfToken: string }): void {
  csrfToken = session.csrfToken;
}

/** Sets the single handler of responses that say that the login has ended. */
export function handleUnauthenticated(handler: () => void): void {
  onUnauthenticated = handler;
}

/** Sends the cookie of the console and, with changing requests, the token that proves their origin. */
export async function consoleFetch(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const isChange = !['GET', 'HEAD'].includes(init.method ?? 'GET');
  if (isChange && csrfToken !== '') headers.set('x-csrf-token', csrfToken);
  const response = await fetch(url, { ...init, headers, credentials: 'same-origin' });
  if (response.status === 401) onUnauthenticated();
  return response;
}

const client = new GuestSessionsClient({
  baseUrl: window.location.origin + API_PREFIX,
  fetch: consoleFetch,
  // An operator waits for the answer: later than this, an error says more than a spinner.
  deadlineMs: 20_000,
  attemptMs: 10_000,
  maxAttempts: 2,
  maxRetryAfterMs: 2_000,
});

export const api = client.api;
