import type { ServerResponse } from 'node:http';

/** The reason of every signal: each response closes at last, and a reason of its own costs more than its signal. */
const CLOSED = new Error('The connection of the response is closed');

/**
 * A signal that aborts when the connection of a response closes, before or after the response was sent: at a reset, and when
 * a write fails. A caller that closes only its own side behind the request (FIN) may still read the response
 * (`answerHalfClosed`), so that the signal does not abort then.
 */
export function hungUpOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(CLOSED);
  };
  if (response.destroyed) abort();
  response.once('close', abort);
  return controller.signal;
}
