import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { runConcurrently } from './run-concurrently';
import { quantile } from './statistics';

const BODY = JSON.stringify({
  queueId: '3f1c8f0a-5a0e-4a38-9a6e-2f3f5a0b7d11',
  name: 'Guest',
  locale: 'en-US',
  capabilities: ['typing-indicator', 'read-receipts'],
  durationLimit: 2700,
});

const CREATED = 201;
const PACED_CONNECTIONS = 256;

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Address for openings, and the headers of each. */
export interface Target {
  readonly address: string;
  readonly headers?: () => Readonly<Record<string, string>>;
}

/** Posts openings of sessions to an address. Throws when one is not answered with 201. */
export async function openSessions(target: Target, count: number, concurrency: number): Promise<LoadResult> {
  const opener = new Opener(target, concurrency);
  const latencies = new Float64Array(count);
  const startedAt = performance.now();
  await runConcurrently(count, concurrency, async (index) => {
    const sentAt = performance.now();
    const { status, text } = await opener.open();
    latencies[index] = performance.now() - sentAt;
    if (status !== CREATED) throw new Error(`An opening was answered with ${status}: ${text}`);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  await opener.close();
  return { perSecond: count / seconds, p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
}

export interface PacedResult extends LoadResult {
  /** Share of the openings that were answered with 201. */
  readonly opened: number;
}

/**
 * Posts openings at a constant rate, however slowly they are answered. Latencies count from the time at which each was
 * due.
 */
export async function paceOpenings(target: Target, count: number, perSecond: number): Promise<PacedResult> {
  const opener = new Opener(target, PACED_CONNECTIONS);
  const latencies = new Float64Array(count);
  const statuses: number[] = [];
  const startedAt = performance.now();
  const answers: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    const dueAt = startedAt + (index * 1000) / perSecond;
    const early = dueAt - performance.now();
    if (early >= 1) await delay(early);
    answers.push(
      opener.open().then(({ status }) => {
        latencies[index] = performance.now() - dueAt;
        statuses.push(status);
      }),
    );
  }
  await Promise.all(answers);
  const seconds = (performance.now() - startedAt) / 1000;
  await opener.close();
  return {
    perSecond: count / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    opened: statuses.filter((status) => status === CREATED).length / count,
  };
}

/** Posts openings over connections of its own. */
class Opener {
  private readonly pool: Pool;
  private readonly path: string;

  constructor(
    private readonly target: Target,
    connections: number,
  ) {
    const { origin, pathname } = new URL(target.address);
    this.pool = new Pool(origin, { connections, pipelining: 1 });
    this.path = pathname;
  }

  async open(): Promise<{ status: number; text: string }> {
    const { statusCode, body } = await this.pool.request({
      path: this.path,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.target.headers?.() },
      body: BODY,
    });
    return { status: statusCode, text: await body.text() };
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}
