import type { World } from '../../src/world';
import { type RawAnswer, type RawRequest, send } from './raw-http';

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly instance: string;
  readonly errors?: readonly { pointer: string; code: string; detail: string }[];
}

/** Makes an opening as it is on the wire, for requests that differ from it in one part. */
export function opening(body: string | Uint8Array, headers: RawRequest['headers'] = {}): RawRequest {
  return { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
}

/** Expects a complete problem with this status, code and media type, and returns it. */
export function expectProblem(answer: RawAnswer, status: number, code: string): ProblemBody {
  const text = `${answer.status} ${answer.body}`;
  expect(text).toMatch(new RegExp(`^${status} .*"code":"${code}"`));
  const problem = JSON.parse(answer.body) as ProblemBody & Record<string, unknown>;
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(problem).toMatchObject({ type: `/problems/${code}`, status, code });
  expect([typeof problem.title, typeof problem.instance, typeof problem['requestId']]).toEqual([
    'string',
    'string',
    'string',
  ]);
  expect(answer.headers['x-request-id']).toBe(problem['requestId']);
  return problem;
}

export interface Footprint {
  readonly opened: number;
  readonly sessions: number;
}

/** The state that bad input must not change: upstream openings, and sessions in the database. */
export async function footprint({ genesys, url }: World): Promise<Footprint> {
  const { body } = await send(url, { path: '/v1/sessions?limit=200' });
  const { items } = JSON.parse(body) as { items: unknown[] };
  const opened = genesys.requests.count({ method: 'POST', path: '/api/v2/conversations/messaging' });
  return { opened, sessions: items.length };
}

/** Expects an unchanged state: by default, that after a start. */
export async function expectUnchanged(
  world: World,
  before: Footprint = { opened: 0, sessions: 0 },
): Promise<void> {
  expect(await footprint(world)).toEqual(before);
}

/** Expects that the service still serves other callers. */
export async function expectToOpenSession(url: string): Promise<void> {
  const answer = await send(url, opening('{"queueId":"q-1"}'));
  expect([answer.status, answer.body]).toEqual([201, expect.stringContaining('"state":"active"')]);
}
