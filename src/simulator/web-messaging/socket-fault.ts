/** Whether the request that is spoiled has taken effect; 'before', the default, leaves the session alone. */
type Effect = 'before' | 'after';

/** Played when a request arrives. */
export type RequestFault =
  /** 1006 breaks the connection without a closing handshake. */
  | { readonly kind: 'close'; readonly code: number; readonly reason?: string; readonly effect?: Effect }
  /** From here on nothing is answered, no pong included, though the connection stays. */
  | { readonly kind: 'silence'; readonly effect?: Effect }
  /** This one request gets no answer on its connection. */
  | { readonly kind: 'no-answer'; readonly effect?: Effect }
  /** Answers in place of the platform, with the request's tracing id. */
  | {
      readonly kind: 'answer';
      readonly code: number;
      /** 'string' unless told. */
      readonly class?: string;
      /** The platform's words for the code unless told. */
      readonly body?: unknown;
    };

/** Played when a frame is about to leave. */
export type FrameFault =
  | { readonly kind: 'drop' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Leaves after the frame that follows it. */
  | { readonly kind: 'reorder' }
  | { readonly kind: 'duplicate' }
  /** Changes the frame, and what is in its body if that is an object; `without` names fields of the body to leave out. */
  | {
      readonly kind: 'alter';
      readonly frame?: Readonly<Record<string, unknown>>;
      readonly body?: Readonly<Record<string, unknown>>;
      readonly without?: readonly string[];
    }
  /** A frame that is no JSON, ahead of the right one. */
  | { readonly kind: 'garbage' }
  /** The right frame, as a binary one. */
  | { readonly kind: 'binary' }
  /** A JSON frame of so many bytes, 10 MB unless told, ahead of the right one. */
  | { readonly kind: 'huge'; readonly bytes?: number };

export type SocketFault = RequestFault | FrameFault;

/** Every part that is present has to match; an empty match is every request, or every frame. */
export interface SocketFaultMatch {
  /** The guest's. */
  readonly token?: string;
  readonly conversationId?: string;
  readonly deploymentId?: string;
  /** Of the request; for faults of requests. */
  readonly action?: string;
  /** Of the frame; for faults of frames. */
  readonly class?: string;
  /** In the JSON of the request or the frame. */
  readonly bodyContains?: string;
}

export interface SocketFaultRule {
  readonly match?: SocketFaultMatch;
  readonly fault: SocketFault;
  /** How many are spoiled; for ever when absent. */
  readonly times?: number;
  /** How many that match pass unharmed first. */
  readonly after?: number;
}
