import { type ClientCapacity, UpstreamCapacity } from './upstream-capacity';

/** Clients with a capacity that the test sets; initially a single unlimited one. */
export class FakeUpstreamCapacity extends UpstreamCapacity {
  clients: ClientCapacity[] = [aClient('client')];

  clientFor(oauthClient: string): string {
    return (this.clients.find(({ id }) => id === oauthClient) ?? this.clients[0])?.id ?? '';
  }
}

export function aClient(id: string, facts: Partial<ClientCapacity> = {}): ClientCapacity {
  const idle = {
    isRefused: false,
    allowed: 1_000_000,
    used: 0,
    resetInMs: 0,
    closedForMs: 0,
    left: 1_000,
    beatsPerMs: 1_000,
  };
  return { id, ...idle, ...facts };
}
