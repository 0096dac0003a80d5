/** Tells whether the spoiled request has taken effect; 'before', the default, leaves the session unchanged. */
type Effect = 'before' | 'after';

/** A fault that is played when a request arrives. */
export type RequestFault =
  /** 1006 breaks the connection without a closing handshake. */
  | { readonly kind: 'close'; readonly code: number; readonly reason?: string; readonly effect?: Effect }
  /** The server answers nothing from now on, pings included, and keeps the connection open. */
  | { readonly kind: 'silence'; readonly effect?: Effect }
  /** The server does not answer this one request on its connection. */
  | { readonly kind: 'no-answer'; readonly effect?: Effect }
  /** The simulator answers in place of the platform, with the request's tracing id. */
  | {
      readonly kind: 'answer';
      readonly code: number;
      /** Default: 'string'. */
      readonly class?: string;
      /** Default: the platform's words for the code. */
      readonly body?: unknown;
    };

/** A fault that is played when a frame is about to be sent. */
export type FrameFault =
  | { readonly kind: 'drop' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The frame is sent after the one that follows it. */
  | { readonly kind: 'reorder' }
  | { readonly kind: 'duplicate' }
  /** Changes the frame, and its body if that is an object; `without` names fields of the body to leave out. */
  | {
      readonly kind: 'alter';
      readonly frame?: Readonly<Record<string, unknown>>;
      readonly body?: Readonly<Record<string, unknown>>;
      readonly without?: readonly string[];
    }
  /** A frame that is not JSON, sent before the right one. */
  | { readonly kind: 'garbage' }
  /** The right frame, sent as a binary one. */
  | { readonly kind: 'binary' }
  /** A JSON frame of this many bytes (default 10 MB), sent before the right one. */
  | { readonly kind: 'huge'; readonly bytes?: number };

export type SocketFault = RequestFault | FrameFault;

/** All parts that are present have to match; an empty match matches every request or frame. */
export interface SocketFaultMatch {
  /** The guest's token. */
  readonly token?: string;
  readonly conversationId?: string;
  readonly deploymentId?: string;
  /** Action of the request, for faults of requests. */
  readonly action?: string;
  /** Class of the frame, for faults of frames. */
  readonly class?: string;
  /** Text that the JSON of the request or the frame contains. */
  readonly bodyContains?: string;
}

export interface SocketFaultRule {
  readonly match?: SocketFaultMatch;
  readonly fault: SocketFault;
  /** Number of requests or frames to spoil. Default: unlimited. */
  readonly times?: number;
  /** Number of matches to let through first. */
  readonly after?: number;
}
