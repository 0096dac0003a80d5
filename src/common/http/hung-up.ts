import type { ServerResponse } from 'node:http';

/** A signal that aborts when the connection of a response closes, before or after the response was sent. */
export function hungUpOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  if (response.destroyed) abort();
  response.once('close', abort);
  return controller.signal;
}
