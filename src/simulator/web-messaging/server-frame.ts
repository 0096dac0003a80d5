/** One frame to a guest, in the field order of the contract. */
export interface ServerFrame {
  readonly type: 'message' | 'response';
  readonly class: string;
  readonly code: number;
  readonly body: unknown;
  readonly tracingId?: string;
}

/** Answers the request of this tracing id; a request without one is answered without one. */
export function response(className: string, body: unknown, tracingId?: string): ServerFrame {
  return { type: 'response', class: className, code: 200, body, ...traced(tracingId) };
}

/** Tells a guest of what has happened, whether it asked or not. */
export function event(className: string, body: unknown, tracingId?: string): ServerFrame {
  return { type: 'message', class: className, code: 200, body, ...traced(tracingId) };
}

function traced(tracingId: string | undefined): { tracingId?: string } {
  return tracingId === undefined ? {} : { tracingId };
}
