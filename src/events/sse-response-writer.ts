import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { endWithClient } from '../common/server/half-closed';
import type { Outlet } from './outlet';

/** The headers of a stream of events. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies would hold events back until there are enough of them.
  'x-accel-buffering': 'no',
} as const;

/** For a client that does not even take the end. */
const LINGER_MS = 1_000;

/** Writes to the caller of a request. From its making on, the answer is out of the framework's hands. */
export class SseResponseWriter implements Outlet {
  private readonly raw: ServerResponse;

  /** The headers of the reply are sent with it. */
  constructor(reply: FastifyReply) {
    reply.hijack();
    this.raw = reply.raw;
    // The caller may hang up at any moment, which is told as the end of the connection.
    this.raw.on('error', () => {
      this.raw.destroy();
    });
    this.raw.writeHead(200, { ...definedHeaders(reply), ...STREAM_HEADERS });
    this.raw.flushHeaders();
    endWithClient(this.raw);
  }

  get waitingBytes(): number {
    return this.raw.writableLength;
  }

  write(text: string): void {
    if (this.isWritable) this.raw.write(text);
  }

  drained(limitMs: number): Promise<boolean> {
    if (!this.isWritable || !this.raw.writableNeedDrain) return Promise.resolve(this.isWritable);
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        this.raw.off('drain', settle).off('close', settle);
        resolve(this.isWritable && !this.raw.writableNeedDrain);
      };
      const timer = setTimeout(settle, limitMs);
      this.raw.on('drain', settle).on('close', settle);
    });
  }

  end(): void {
    if (!this.isWritable) return;
    this.raw.end();
    const timer = setTimeout(() => {
      this.raw.destroy();
    }, LINGER_MS).unref();
    this.raw.once('close', () => {
      clearTimeout(timer);
    });
  }

  destroy(): void {
    this.raw.destroy();
  }

  onClose(listener: () => void): void {
    if (this.isWritable) this.raw.once('close', listener);
    else listener();
  }

  private get isWritable(): boolean {
    return !this.raw.writableEnded && !this.raw.destroyed;
  }
}

function definedHeaders(reply: FastifyReply): Record<string, string | number | string[]> {
  const headers: Record<string, string | number | string[]> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}
