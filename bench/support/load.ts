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
export async function openSessions(
  { address, headers = () => ({}) }: Target,
  count: number,
  concurrency: number,
): Promise<LoadResult> {
  const { origin, pathname } = new URL(address);
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
  const latencies = new Float64Array(count);
  const startedAt = performance.now();
  await runConcurrently(count, concurrency, async (index) => {
    const sentAt = performance.now();
    const { statusCode, body } = await pool.request({
      path: pathname,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers() },
      body: BODY,
    });
    const text = await body.text();
    latencies[index] = performance.now() - sentAt;
    if (statusCode !== 201) throw new Error(`An opening was answered with ${statusCode}: ${text}`);
  });
  const seconds = (performance.now() - startedAt) / 1000;
  await pool.close();
  return { perSecond: count / seconds, p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
}
