/** A session, or a problem, as the API answers it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Calls the API as another team's back end would. */
export class ApiClient {
  /** `identity` is sent with every request: the headers that authenticate the caller. */
  constructor(
    readonly url: string,
    private readonly identity: Readonly<Record<string, string>> = {},
  ) {}

  open(
    body: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    return this.request('POST', '/v1/sessions', { queueId: 'support', ...body }, headers);
  }

  /** Opens a session that must succeed, and returns its conversation id. */
  async opened(body: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { status, body: session } = await this.open(body);
    if (status !== 201) throw new Error(`Opening a session answered ${status}: ${JSON.stringify(session)}`);
    return String(session['conversationId']);
  }

  get(conversationId: string): Promise<Answer> {
    return this.request('GET', `/v1/sessions/${conversationId}`);
  }

  end(conversationId: string): Promise<Answer> {
    return this.request('DELETE', `/v1/sessions/${conversationId}`);
  }

  list(query = ''): Promise<Answer> {
    return this.request('GET', `/v1/sessions${query}`);
  }

  async stateOf(conversationId: string): Promise<unknown> {
    return (await this.get(conversationId)).body['state'];
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...this.identity,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = isEventStream(response) ? await headOf(response) : await response.text();
    const isJson = /[+/]json\b/.test(response.headers.get('content-type') ?? '');
    // The answer to a HEAD has the content type of the body that it omits.
    const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : { text };
    return { status: response.status, headers: response.headers, body: parsed as Answer['body'] };
  }
}

function isEventStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true;
}

/** An event stream does not end, so the client reads only its beginning. */
async function headOf({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return Buffer.from(value ?? []).toString('utf8');
}
