import type { World } from '../../src/world';
import type { ClientLimitsResponse, LimitsResponse } from '../../src/session/dto/limits.response';
import type { JournalEntry } from '../../src/simulator/request-journal';
import { type Answer, ApiClient } from './api-client';

/**
 * A minute of Genesys Cloud takes six seconds: the reset header has whole seconds, so a shorter minute could not be
 * measured.
 */
export const WINDOW_MS = 6_000;

/**
 * Heartbeats and rate windows ten times as fast as in production. Time-outs are not: the machine is no faster, and callers,
 * service and simulator share one event loop.
 */
export const TEN_TIMES_FASTER: Readonly<Record<string, string>> = {
  GENESYS_RATE_WINDOW_MS: String(WINDOW_MS),
  HEARTBEAT_MAX_INTERVAL_MS: '3000',
  HEARTBEAT_STRETCH_MAX_MS: '12000',
  UPSTREAM_TIMEOUT_MS: '25000',
  SESSION_OPEN_DEADLINE_MS: '60000',
  SESSION_MAX_CONCURRENT: '1000',
  LOG_LEVEL: 'error',
};

/** The simulator's clients, and the environment that configures them in the service. */
export function severalClients(ids: readonly string[]): {
  readonly clients: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
} {
  const list = ids.map((id) => ({ id, secret: `secret-of-${id}` }));
  return {
    clients: Object.fromEntries(list.map(({ id, secret }) => [id, secret])),
    environment: {
      GENESYS_CLIENT_ID: '',
      GENESYS_CLIENT_SECRET: '',
      GENESYS_CLIENTS: JSON.stringify(list),
    },
  };
}

/** Opens this many sessions, some at a time, with retries as the answers request; returns their conversation ids. */
export async function openWithRetries(
  url: string,
  count: number,
  { atATime = 10, deadlineMs = 120_000 } = {},
): Promise<string[]> {
  const api = new ApiClient(url);
  const deadline = performance.now() + deadlineMs;
  const ids: string[] = [];
  let left = count;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      ids.push(await openedWithRetries(api, deadline));
    }
  };
  await Promise.all(Array.from({ length: atATime }, caller));
  return ids;
}

async function openedWithRetries(api: ApiClient, deadline: number): Promise<string> {
  for (;;) {
    const answer = await api.open();
    if (answer.status === 201) return String(answer.body['conversationId']);
    const isWorthTrying = answer.status === 429 || answer.status === 503;
    if (!isWorthTrying || performance.now() > deadline)
      throw new Error(`Opening answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    await pause(1000 * retryAfterSeconds(answer));
  }
}

export function retryAfterSeconds({ headers }: Answer): number {
  return Number(headers.get('retry-after') ?? 1);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function limitsOf(url: string): Promise<LimitsResponse> {
  const { body } = await new ApiClient(url).request('GET', '/v1/limits');
  return body as unknown as LimitsResponse;
}

/** The limits of the service's only client. */
export async function onlyClientOf(url: string): Promise<ClientLimitsResponse> {
  const [client] = (await limitsOf(url)).clients;
  if (client === undefined) throw new Error('There is no client');
  return client;
}

/** Returns the number of the service's sessions in this state. */
export async function countIn(world: World, state: string): Promise<number> {
  const api = new ApiClient(world.url);
  let count = 0;
  let cursor: unknown = null;
  do {
    const from = typeof cursor === 'string' ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const { body } = await api.list(`?limit=200&state=${state}${from}`);
    count += (body['items'] as readonly unknown[]).length;
    cursor = body['nextCursor'];
  } while (typeof cursor === 'string');
  return count;
}

export type RequestKind = 'token' | 'open' | 'beat' | 'disconnect';

export function kindOf({ method, path, body }: JournalEntry): RequestKind {
  if (path === '/oauth/token') return 'token';
  if (method === 'POST') return 'open';
  return JSON.stringify(body).includes('heartbeatSequence') ? 'beat' : 'disconnect';
}

/** Returns the arrival times of successful beats by conversation, oldest first. */
export function beatsSince({ genesys }: World, since: number): Map<string, readonly number[]> {
  const conversations = [...genesys.state.conversations.values()];
  return new Map(conversations.map(({ id, beatTimes }) => [id, beatTimes.filter((at) => at >= since)]));
}

/** Returns the longest time without a beat of each conversation between the two times, shortest first. */
export function longestSilences({ genesys }: World, since: number, until: number): number[] {
  return [...genesys.state.conversations.values()]
    .map(({ createdAt, beatTimes }) => {
      const from = Math.max(since, createdAt);
      const marks = [from, ...beatTimes.filter((at) => at >= from && at < until), until];
      return Math.max(...marks.slice(1).map((at, index) => at - (marks[index] ?? at)));
    })
    .sort((a, b) => a - b);
}

const SPAN_MS = 2_000;

/**
 * Returns the number of these times in each two seconds of the span. On a busy machine a process may pause for half a
 * second and catch up in the next: that is not a burst.
 */
export function perTwoSeconds(moments: readonly number[], since: number, until: number): number[] {
  const counts = Array.from({ length: Math.floor((until - since) / SPAN_MS) }, () => 0);
  for (const at of moments) {
    const span = Math.floor((at - since) / SPAN_MS);
    if (span >= 0 && span < counts.length) counts[span] = (counts[span] ?? 0) + 1;
  }
  return counts;
}
