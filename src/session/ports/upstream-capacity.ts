/** What one OAuth client can carry at the moment. */
export interface ClientCapacity {
  readonly id: string;
  /** The login refuses the client at the moment: nothing can be opened on it. */
  readonly isRefused: boolean;
  /** Requests per window, as the platform says. */
  readonly allowed: number;
  /** Requests of the current window, as far as is known. */
  readonly used: number;
  /** Milliseconds until the window ends, and until anything is sent again (0 while the client is open). */
  readonly resetInMs: number;
  readonly closedForMs: number;
  /** Requests that could go out at once. */
  readonly left: number;
  /** Beats per millisecond that the client can carry for ever, with enough kept back to open and end sessions. */
  readonly beatsPerMs: number;
}

/** How much the upstream takes from us, by OAuth client. A session lives on one client for its whole life. */
export abstract class UpstreamCapacity {
  /** At least one. */
  abstract get clients(): readonly ClientCapacity[];

  /** The client whose budget carries a session of `oauthClient`: that one, or another when it is not there any more. */
  abstract clientFor(oauthClient: string): string;
}
