import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import { endWithClient } from '../common/server/half-closed';
import type { EventStreamWriter } from './event-stream-writer';

/** The headers of a stream of events. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies such as nginx would buffer events.
  'x-accel-buffering': 'no',
} as const;

/** Time-out of the end, for a client that does not read it. */
const LINGER_MS = 1_000;

/** Writes to the client of a request. It takes the answer over from Fastify when it is created. */
export class SseResponseWriter implements EventStreamWriter {
  private readonly raw: ServerResponse;

  /** The headers of the reply are sent with it. */
  constructor(reply: FastifyReply) {
    reply.hijack();
    this.raw = reply.raw;
    // The client may hang up at any time, which `close` reports as well.
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
