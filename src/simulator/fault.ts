/**
 * Tells whether the fault is played before or after the request takes effect: 'before' (the default) leaves the state
 * unchanged, 'after' executes the request and then spoils its answer. For `delay` it tells on which side of the wait
 * the request takes effect.
 */
export type Effect = 'before' | 'after';

interface Spoiled {
  readonly effect?: Effect;
}

export interface StatusFault extends Spoiled {
  readonly kind: 'status';
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Body of the answer: a string is sent verbatim, anything else as JSON. Default: the server's usual body for this
   * status.
   */
  readonly body?: unknown;
  /** Value of `Retry-After`, sent verbatim: seconds, a date, or an invalid text. */
  readonly retryAfter?: string | number;
}

type PlainKind =
  | 'hang-before-headers'
  | 'hang-after-headers'
  | 'informational'
  | 'hang-up'
  | 'not-http'
  | 'reset'
  | 'reset-mid-body'
  | 'garbage'
  | 'empty'
  | 'truncated-json'
  | 'wrong-types';

/**
 * Kinds without further fields. `informational` sends two 1xx responses and never the final one, `hang-up` closes the
 * connection cleanly without an answer, `not-http` sends the greeting of a mail server.
 */
export type PlainFault = { [K in PlainKind]: Spoiled & { readonly kind: K } }[PlainKind];

/** The server neither reads nor answers, so the request has no effect. */
export interface BlackHoleFault {
  readonly kind: 'black-hole';
}

export interface DelayFault extends Spoiled {
  readonly kind: 'delay';
  readonly ms: number;
}

export interface TrickleFault extends Spoiled {
  readonly kind: 'trickle';
  readonly bytesPerSecond?: number;
}

export interface RedirectFault extends Spoiled {
  readonly kind: 'redirect';
  readonly location: string;
  /** Default: 302. 307 and 308 make a client repeat the body. */
  readonly status?: number;
}

interface Flood<K extends string> extends Spoiled {
  readonly kind: K;
  /** Size after decompression. */
  readonly bytes: number;
  /** Default: 200. */
  readonly status?: number;
}

export type FloodFault = Flood<'huge'> | Flood<'gzip-bomb'>;

export type Fault =
  StatusFault | PlainFault | BlackHoleFault | DelayFault | TrickleFault | RedirectFault | FloodFault;

export type FaultKind = Fault['kind'];

/** All parts that are present have to match; an empty match matches every request. */
export interface FaultMatch {
  readonly method?: string;
  /** Regular expression that is applied to the path without its query. */
  readonly path?: string | RegExp;
  readonly bodyContains?: string;
  /** The OAuth client, identified by its token or its credentials. */
  readonly client?: string;
  readonly conversationId?: string;
}

export interface FaultRule {
  readonly match?: FaultMatch;
  readonly fault: Fault;
  /** Number of requests to spoil. Default: unlimited. */
  readonly times?: number;
  /** Number of matching requests to let through first. */
  readonly after?: number;
}
