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
/** The answer of the service to more openings than it can take. */
const UNAVAILABLE = 503;
const PACED_CONNECTIONS = 256;

export interface LoadResult {
  /** Number of openings that were answered with 201. */
  readonly opened: number;
  /** Openings a second, of those that were answered with 201. */
  readonly perSecond: number;
  /** Latencies of all answers. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Address for openings, and the headers of each. */
export interface Target {
  readonly address: string;
  readonly headers?: () => Readonly<Record<string, string>>;
}

/** Posts openings of sessions to an address, with this many in flight at any time. */
export async function openSessions(target: Target, count: number, concurrency: number): Promise<LoadResult> {
  const opener = new Opener(target, concurrency);
  const clock = new LoadClock(count);
  await runConcurrently(count, concurrency, async (index) => {
    const sentAt = performance.now();
    clock.record(index, sentAt, await opener.open());
  });
  const result = clock.result();
  await opener.close();
  return result;
}

/**
 * Posts openings at a constant rate, however slowly they are answered. Latencies count from the time at which each was
 * due.
 */
export async function paceOpenings(target: Target, count: number, perSecond: number): Promise<LoadResult> {
  const opener = new Opener(target, PACED_CONNECTIONS);
  const clock = new LoadClock(count);
  await atRate(count, perSecond, async (index, dueAt) => {
    clock.record(index, dueAt, await opener.open());
  });
  const result = clock.result();
  await opener.close();
  return result;
}

/** Calls `send` at a constant rate, however slowly it resolves; resolves when all calls have. */
export async function atRate(
  count: number,
  perSecond: number,
  send: (index: number, dueAt: number) => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  const calls: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    const dueAt = startedAt + (index * 1000) / perSecond;
    const early = dueAt - performance.now();
    if (early >= 1) await delay(early);
    calls.push(send(index, dueAt));
  }
  await Promise.all(calls);
}

/** Records the answers of a load, which begins with it. */
class LoadClock {
  private readonly startedAt = performance.now();
  private readonly latencies: Float64Array;
  private opened = 0;

  constructor(count: number) {
    this.latencies = new Float64Array(count);
  }

  record(index: number, from: number, status: number): void {
    this.latencies[index] = performance.now() - from;
    if (status === CREATED) this.opened += 1;
  }

  result(): LoadResult {
    const seconds = (performance.now() - this.startedAt) / 1000;
    return {
      opened: this.opened,
      perSecond: this.opened / seconds,
      p50Ms: quantile(this.latencies, 0.5),
      p99Ms: quantile(this.latencies, 0.99),
    };
  }
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

  /** Returns the status of the answer. Throws for an answer that is no refusal under load. */
  async open(): Promise<number> {
    const { statusCode, body } = await this.pool.request({
      path: this.path,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.target.headers?.() },
      body: BODY,
    });
    const text = await body.text();
    if (statusCode !== CREATED && statusCode !== UNAVAILABLE)
      throw new Error(`An opening was answered with ${statusCode}: ${text}`);
    return statusCode;
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}
