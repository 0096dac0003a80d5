/** Options of a client. All times are in milliseconds. */
export interface ClientOptions {
  /** The URL of the service without `/v1`, such as `https://guests.example.com`. */
  readonly baseUrl: string;
  /** The key or token of the caller; a function is called before each attempt, and needs a time-out of its own. Absent: no credential is sent. */
  readonly credential?: string | (() => string | Promise<string>);
  /** The time for a call with all its attempts and pauses (60,000). */
  readonly deadlineMs?: number;
  /** The time for one attempt of a repeatable request (20,000). */
  readonly attemptMs?: number;
  /** The number of attempts at a repeatable request (5). */
  readonly maxAttempts?: number;
  /** The longest `Retry-After` that a call waits for (30,000); for a longer one it rejects at once. */
  readonly maxRetryAfterMs?: number;
  /** Replaces the global `fetch`, such as one with a proxy. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Options of a call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Overrides the deadline of the client, in milliseconds. */
  readonly deadlineMs?: number;
}

/** Options of a call that has an effect once for each key. */
export interface KeyedCallOptions extends CallOptions {
  /** Default: a fresh UUID for the call. A stored key makes the call repeatable across processes. */
  readonly idempotencyKey?: string;
}

export type CompleteOptions = Required<Omit<ClientOptions, 'credential'>> & Pick<ClientOptions, 'credential'>;

export function withDefaults(options: ClientOptions): CompleteOptions {
  return {
    deadlineMs: 60_000,
    attemptMs: 20_000,
    maxAttempts: 5,
    maxRetryAfterMs: 30_000,
    fetch: (url, init) => fetch(url, init),
    ...options,
  };
}

/** The header with the credential of the caller; none without a credential. */
export async function authorizationOf({
  credential,
}: Pick<ClientOptions, 'credential'>): Promise<Record<string, string>> {
  if (credential === undefined) return {};
  const value = typeof credential === 'string' ? credential : await credential();
  return { authorization: `Bearer ${value}` };
}
