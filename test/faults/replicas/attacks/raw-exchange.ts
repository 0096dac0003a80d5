import { connect } from 'node:net';
import type { AttackTally } from './attack-tally';

const STATUS_LINE = /HTTP\/1\.1 (\d{3})/g;
/** Number of received bytes that are kept; enough for the heads of many refusals. */
const KEPT_BYTES = 64 * 1024;

const CLOSED = 'closed by the service';

/** Bytes on one connection, which may be an incomplete request, or several. */
export interface RawExchange {
  readonly url: string;
  readonly bytes: string | Buffer;
  /** Number of requests in the bytes. Default: 1. */
  readonly requests?: number;
  /** Bytes that are written repeatedly while the connection is open. */
  readonly drip?: { readonly bytes: string; readonly everyMs: number };
  /** Time after which the attacker closes the connection. */
  readonly holdMs: number;
  /** True to never read the answer. */
  readonly isDeaf?: boolean;
}

/**
 * Sends the bytes on a connection of its own and resolves when the service closes it, or the attacker after `holdMs`,
 * or the signal aborts. Returns the statuses in the order of arrival.
 */
export function exchange(
  { url, bytes, requests = 1, drip, holdMs, isDeaf = false }: RawExchange,
  tally: AttackTally,
  signal: AbortSignal,
): Promise<number[]> {
  const { hostname, port } = new URL(url);
  const content = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const socket = connect(Number(port), hostname);
    const timers: NodeJS.Timeout[] = [];
    let kept = '';
    let answeredAt = 0;
    let reason = 'no connection';
    const hangUp = (): void => {
      if (reason === CLOSED) reason = 'held, no answer';
      socket.destroy();
    };
    signal.addEventListener('abort', hangUp, { once: true });
    timers.push(setTimeout(hangUp, holdMs));
    if (drip !== undefined)
      timers.push(
        setInterval(() => {
          if (!socket.writable) return;
          tally.sentMore(drip.bytes.length);
          socket.write(drip.bytes);
        }, drip.everyMs),
      );
    socket.on('connect', () => {
      reason = CLOSED;
      tally.sent(content.length, requests);
      if (isDeaf) socket.pause();
    });
    if (!isDeaf)
      socket.on('data', (chunk) => {
        answeredAt ||= performance.now();
        tally.received(chunk);
        if (kept.length < KEPT_BYTES) kept += chunk.toString('latin1');
      });
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      reason = code ?? 'error';
      socket.destroy();
    });
    socket.on('close', () => {
      for (const timer of timers) clearInterval(timer);
      signal.removeEventListener('abort', hangUp);
      const statuses = [...kept.matchAll(STATUS_LINE)].map(([, status]) => Number(status));
      for (const status of statuses) tally.answered(status, answeredAt - startedAt);
      if (statuses.length === 0) tally.answered(reason, 0);
      resolve(statuses);
    });
    socket.write(content);
  });
}
