/** The current capacity of one OAuth client. */
export interface ClientCapacity {
  readonly id: string;
  /** True while the login refuses the client: it can open no session. */
  readonly isRefused: boolean;
  /** Requests per window, as the platform says. */
  readonly allowed: number;
  /** Requests in the current window, as far as known. */
  readonly used: number;
  /**
   * Milliseconds until the end of the window, and until the next request may be sent (0 while the client is open).
   */
  readonly resetInMs: number;
  readonly closedForMs: number;
  /** Requests that could be sent at once. */
  readonly left: number;
  /** Beats per millisecond that the client can carry permanently, with a reserve for opening and ending sessions. */
  readonly beatsPerMs: number;
}

/** The capacity of the upstream, by OAuth client. A session uses one client for its whole life. */
export abstract class UpstreamCapacity {
  /** At least one. */
  abstract get clients(): readonly ClientCapacity[];

  /**
   * The client for the requests of a session of `oauthClient`: that one, or another one if it is not configured any
   * more.
   */
  abstract clientFor(oauthClient: string): string;
}
