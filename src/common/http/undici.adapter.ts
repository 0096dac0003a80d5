import { Readable } from 'node:stream';
import { type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { type Dispatcher, request } from 'undici';
import { lookingLast } from './last-look';
import { OutboundTimeoutError, OutboundTooLargeError } from './outbound.errors';

declare module 'axios' {
  interface AxiosRequestConfig {
    /** Called when the connection is there and the first byte is about to leave. What it throws keeps it from leaving. */
    beforeSend?: () => void;
  }
}

/**
 * An axios adapter over an undici pool: about a third of the CPU time per request of axios' own.
 *
 * It sends `data`, a text, bytes or a stream, as it is, resolves for every status, follows no redirect, decodes no content coding (so that a
 * compressed bomb stays small) and returns the body as text. `config.timeout` bounds the whole request,
 * `config.maxContentLength` the bytes that are read. `config.beforeSend` is called when the connection is there and
 * the first byte is about to leave. It rejects with what that throws, `OutboundTimeoutError`,
 * `OutboundTooLargeError`, the abort reason of `config.signal` (in place of which axios throws its `CanceledError`),
 * or undici's own error.
 */
export function undiciAdapter(dispatcher: Dispatcher): AxiosAdapter {
  return async (config) => {
    const abort = new AbortController();
    const timeoutMs = config.timeout ?? 0;
    const timer = setTimeout(() => {
      abort.abort(new OutboundTimeoutError(timeoutMs));
    }, timeoutMs);
    const signal = config.signal;
    const forward = (): void => {
      abort.abort(reasonOf(signal));
    };
    if (signal?.aborted === true) forward();
    signal?.addEventListener?.('abort', forward);
    try {
      return await exchange(dispatcher, config, abort.signal);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener?.('abort', forward);
    }
  };
}

function reasonOf(signal: unknown): unknown {
  return signal instanceof AbortSignal ? signal.reason : undefined;
}

async function exchange(
  dispatcher: Dispatcher,
  config: InternalAxiosRequestConfig,
  signal: AbortSignal,
): Promise<AxiosResponse<string>> {
  const { statusCode, headers, body } = await request(config.url ?? '', {
    dispatcher: config.beforeSend === undefined ? dispatcher : lookingLast(dispatcher, config.beforeSend),
    signal,
    method: (config.method ?? 'get').toUpperCase(),
    headers: config.headers.toJSON() as Record<string, string>,
    body: isBody(config.data) ? config.data : null,
  });
  const maxBytes = config.maxContentLength ?? -1;
  const data = await readText(body, maxBytes, () => new OutboundTooLargeError(maxBytes, statusCode, headers));
  return {
    data,
    status: statusCode,
    statusText: '',
    headers: headers as Record<string, string>,
    config,
  };
}

function isBody(data: unknown): data is string | Uint8Array | Readable {
  return typeof data === 'string' || data instanceof Uint8Array || data instanceof Readable;
}

async function readText(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  tooLarge: () => OutboundTooLargeError,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection: the rest is never read.
    if (maxBytes >= 0 && bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}
