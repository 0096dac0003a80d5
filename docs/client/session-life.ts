// A client in the types of the API. They are generated from its description, with openapi-typescript:
//   npx openapi-typescript http://127.0.0.1:3000/openapi.json --default-non-nullable=false -o api.d.ts
// Without the flag it demands every field that has a default.
import type { components, paths } from './api.js';

type OpenSession = components['schemas']['OpenSessionDto'];
type OpenedSession = Answer<'/v1/sessions', 'post', 201>;
type Session = Answer<'/v1/sessions/{conversationId}', 'get', 200>;
type SessionList = Answer<'/v1/sessions', 'get', 200>;
type EndedSession =
  | Answer<'/v1/sessions/{conversationId}', 'delete', 200>
  | Answer<'/v1/sessions/{conversationId}', 'delete', 202>;
type SessionQuery = NonNullable<paths['/v1/sessions']['get']['parameters']['query']>;
type OpenHeaders = NonNullable<paths['/v1/sessions']['post']['parameters']['header']>;
type Problem = components['schemas']['ProblemResponse'];

/** The JSON that an operation answers with a status. */
type Answer<
  Path extends keyof paths,
  Method extends keyof paths[Path],
  Status extends number,
> = paths[Path][Method] extends {
  responses: Record<Status, { content: { 'application/json': infer Body } }>;
}
  ? Body
  : never;

/** An error as the API tells it. `code` is what a program looks at. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail ?? problem.title} (request ${problem.requestId})`);
  }
}

export class SessionsClient {
  constructor(private readonly url: string) {}

  /** Opens one session, however often it is asked for with the same key: repeat it when no answer arrived. */
  open(asked: OpenSession, key: string = crypto.randomUUID()): Promise<OpenedSession> {
    const headers: OpenHeaders = { 'idempotency-key': key };
    return this.call<OpenedSession>('POST', '/v1/sessions', asked, headers);
  }

  get(conversationId: string): Promise<Session> {
    return this.call<Session>('GET', `/v1/sessions/${encodeURIComponent(conversationId)}`);
  }

  list(query: SessionQuery): Promise<SessionList> {
    const given = Object.entries(query).map(([name, value]) => [name, String(value)]);
    return this.call<SessionList>('GET', `/v1/sessions?${new URLSearchParams(given).toString()}`);
  }

  end(conversationId: string): Promise<EndedSession> {
    return this.call<EndedSession>('DELETE', `/v1/sessions/${encodeURIComponent(conversationId)}`);
  }

  private async call<Body>(method: string, path: string, body?: object, headers?: object): Promise<Body> {
    const response = await fetch(this.url + path, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new ProblemError((await response.json()) as Problem);
    return (await response.json()) as Body;
  }
}

/** Opens a session, gets the answer once more, looks at it, finds it in the list, ends it, and asks for one that there is not. */
export async function sessionLife(url: string): Promise<Record<string, string | boolean>> {
  const client = new SessionsClient(url);
  const asked = { queueId: 'support', durationLimit: 600 };
  const key = crypto.randomUUID();
  const { conversationId, guestIdToken } = await client.open(asked, key);
  const again = await client.open(asked, key);
  const shown = await client.get(conversationId);
  const active = await client.list({ state: 'active', limit: 10 });
  const ended = await client.end(conversationId);
  const refusal = await client.get('nobody').catch((error: unknown) => error);
  return {
    hasToken: guestIdToken !== '',
    isSameAgain: again.guestIdToken === guestIdToken,
    shown: shown.state,
    isListed: active.items.some((session) => session.conversationId === conversationId),
    ended: ended.endReason ?? 'not at all',
    refusal: refusal instanceof ProblemError ? refusal.problem.code : String(refusal),
  };
}
