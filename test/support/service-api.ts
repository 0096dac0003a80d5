/** The fields of a session in the API that the tests read. */
export interface ApiSession {
  readonly conversationId: string;
  readonly state: string;
  readonly endReason?: string;
  readonly disconnect?: string;
}

/** The fields of a message in the API that the tests read. */
export interface ApiMessage {
  readonly id: string;
  readonly text?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly isReplayed: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Number of concurrent requests where many are made. */
const AT_A_TIME = 10;

/** The service's HTTP API as a plain client sees it: it retries nothing, and no answer is an error. */
export class ServiceApi {
  constructor(readonly url: string) {}

  open(queueId = 'queue-1', key?: string): Promise<ApiAnswer> {
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    return this.request('POST', '/v1/sessions', { queueId }, headers);
  }

  /** Opens a session and returns its conversation id; throws when it does not open. */
  async opened(queueId = 'queue-1'): Promise<string> {
    const { status, body } = await this.open(queueId);
    if (status !== 201) throw new Error(`Opening was answered with ${status}: ${JSON.stringify(body)}`);
    return String(body['conversationId']);
  }

  /** Opens this many sessions, one after the other. */
  async openedMany(count: number): Promise<string[]> {
    const ids: string[] = [];
    while (ids.length < count) ids.push(await this.opened());
    return ids;
  }

  end(conversationId: string): Promise<ApiAnswer> {
    return this.request('DELETE', `/v1/sessions/${conversationId}`);
  }

  /** Makes this many openings, some at a time; returns their answers. */
  openMany(count: number): Promise<ApiAnswer[]> {
    return someAtATime(Array.from({ length: count }), () => this.open());
  }

  endMany(conversationIds: readonly string[]): Promise<ApiAnswer[]> {
    return someAtATime(conversationIds, (id) => this.end(id));
  }

  get(conversationId: string): Promise<ApiAnswer> {
    return this.request('GET', `/v1/sessions/${conversationId}`);
  }

  /** Reads all pages. */
  list(state?: string): Promise<ApiSession[]> {
    return this.pages('/v1/sessions', state === undefined ? {} : { state });
  }

  /** Sends a message of the guest once for each key. */
  say(conversationId: string, text: string, key: string): Promise<ApiAnswer> {
    const path = `/v1/sessions/${conversationId}/messages`;
    return this.request('POST', path, { text }, { 'idempotency-key': key });
  }

  /** Reads all pages. */
  messages(conversationId: string): Promise<ApiMessage[]> {
    return this.pages(`/v1/sessions/${conversationId}/messages`);
  }

  /** Reads `GET /v1/metrics`. */
  async summary(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.request('GET', '/v1/metrics')).body;
  }

  /** Returns a value of the Prometheus page, by its name without the prefix. */
  async metric(name: string): Promise<number> {
    const response = await fetch(`${this.url}/metrics`);
    const value = new RegExp(`^guest_sessions_${name} (.+)$`, 'm').exec(await response.text())?.[1];
    if (value === undefined) throw new Error(`/metrics has no guest_sessions_${name}`);
    return Number(value);
  }

  private async pages<T>(path: string, filter: Readonly<Record<string, string>> = {}): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ limit: '200', ...filter });
      if (cursor !== null) query.set('cursor', cursor);
      const { status, body } = await this.request('GET', `${path}?${query.toString()}`);
      if (status !== 200) throw new Error(`${path} was answered with ${status}`);
      items.push(...(body['items'] as T[]));
      cursor = body['nextCursor'] as string | null;
    } while (cursor !== null);
    return items;
  }

  private async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> {
    const response = await fetch(this.url + path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }),
    });
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      isReplayed: response.headers.get('idempotency-replayed') === 'true',
      body: (await response.json()) as Record<string, unknown>,
    };
  }
}

async function someAtATime<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return results;
}
