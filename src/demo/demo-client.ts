import type { GuestSessionsClient, StreamEvent } from '@genesys-guest-sessions/client';

export type { GuestSessionsClient, StreamEvent };

/** The client that callers install; it is an ES module, which a CommonJS program imports dynamically. */
export async function demoClientOf(baseUrl: string): Promise<GuestSessionsClient> {
  const client = await import('@genesys-guest-sessions/client');
  return new client.GuestSessionsClient({ baseUrl });
}

/** Passes on each event of a session from its beginning on. `close` rejects with the failure that ended the stream before. */
export function followSession(
  client: GuestSessionsClient,
  conversationId: string,
  hear: (event: StreamEvent) => void,
): { close(): Promise<void> } {
  const stop = new AbortController();
  const stream = client.sessionEvents(conversationId, { lastEventId: '0', signal: stop.signal });
  const reading = (async () => {
    for await (const event of stream) hear(event);
  })();
  // It is reported by `close`.
  reading.catch(() => undefined);
  return {
    close: () => {
      stop.abort();
      return reading;
    },
  };
}
