/**
 * Whether the faulty answer comes before or after the request has taken effect:
 * 'before' (the default) leaves the state alone, 'after' lets the request do its
 * work and then spoils the answer. For `delay` it says on which side of the wait
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
  /** A string is sent verbatim, anything else as JSON; absent, the server's usual body for this status. */
  readonly body?: unknown;
  /** Sent verbatim as `Retry-After`: seconds, a date, or nonsense. */
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
 * Kinds that need no more than their name. `informational` promises an answer by two 1xx and never gives one, `hang-up`
 * closes the connection in order without an answer, `not-http` greets as a mail server does.
 */
export type PlainFault = { [K in PlainKind]: Spoiled & { readonly kind: K } }[PlainKind];

/** Neither reads nor answers, so it can have no effect. */
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
  /** 302 unless told; 307 and 308 make a client repeat the body. */
  readonly status?: number;
}

interface Flood<K extends string> extends Spoiled {
  readonly kind: K;
  /** After decompression. */
  readonly bytes: number;
  /** 200 unless told. */
  readonly status?: number;
}

export type FloodFault = Flood<'huge'> | Flood<'gzip-bomb'>;

export type Fault =
  StatusFault | PlainFault | BlackHoleFault | DelayFault | TrickleFault | RedirectFault | FloodFault;

export type FaultKind = Fault['kind'];

/** Every part that is present has to match; an empty match is every request. */
export interface FaultMatch {
  readonly method?: string;
  /** A regular expression over the path, without the query. */
  readonly path?: string | RegExp;
  readonly bodyContains?: string;
  /** The OAuth client, known by its token or by its credentials. */
  readonly client?: string;
  readonly conversationId?: string;
}

export interface FaultRule {
  readonly match?: FaultMatch;
  readonly fault: Fault;
  /** How many requests are spoiled; for ever when absent. */
  readonly times?: number;
  /** How many matching requests pass unharmed first. */
  readonly after?: number;
}
