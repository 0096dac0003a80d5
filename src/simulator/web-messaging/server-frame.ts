/** One frame to a guest, in the field order of the contract. */
export interface ServerFrame {
  readonly type: 'message' | 'response';
  readonly class: string;
  readonly code: number;
  readonly body: unknown;
  readonly tracingId?: string;
}

/** Makes the answer to the request with this tracing id; a request without one is answered without one. */
export function response(className: string, body: unknown, tracingId?: string): ServerFrame {
  return { type: 'response', class: className, code: 200, body, ...traced(tracingId) };
}

/** Makes a notification, which a guest gets without a request. */
export function event(className: string, body: unknown, tracingId?: string): ServerFrame {
  return { type: 'message', class: className, code: 200, body, ...traced(tracingId) };
}

function traced(tracingId: string | undefined): { tracingId?: string } {
  return tracingId === undefined ? {} : { tracingId };
}
