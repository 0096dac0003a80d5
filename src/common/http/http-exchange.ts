import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { answeredStatusOf } from './answered-status';
import { ACCEPTED_CODINGS, decoded } from './content-coding';
import { OutboundTimeoutError, OutboundTooLargeError } from './outbound.errors';

type Controller = Dispatcher.DispatchController;
type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/**
 * An outbound request. It is sent as it is: with these headers and no others but those of the connection.
 *
 * @publicApi
 */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable | undefined;
  /** Limit of the whole exchange, from the connection to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Limit of the answer's body, decoded, so that a compressed bomb stays small. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Called when the connection is there and the first byte is about to leave. An error that it throws keeps it from leaving. */
  readonly beforeSend?: (() => void) | undefined;
  /**
   * Resolves with status and headers as soon as they have arrived, whatever comes of the body, and also where all that
   * could be read of the answer is its status line; it then has no headers.
   */
  readonly statusDecides?: boolean;
  /** With `statusDecides`: statuses whose body is read all the same, as far as it arrives within a second. */
  readonly bodyOf?: ReadonlySet<number>;
}

/** @publicApi */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name; the values of a repeated header are joined with commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Text of the body, without content coding and byte order mark. */
  readonly body: string;
}

/** Receives the bytes of a body. `fail` is called in place of `end`, after an abort too. */
interface BodyReader {
  take(chunk: Buffer): void;
  end(): void;
  fail(error: Error): void;
}

/** Lower statuses are those of interim answers. */
const FIRST_FINAL_STATUS = 200;
/** Limit of the time for a body that the answer does not depend on. */
const DRAIN_MS = 1_000;
const NOT_READ = 'The rest of the answer is not read';
const OF_THE_CODING: ReadonlySet<string> = new Set(['content-encoding', 'content-length']);
/** Skips a byte order mark at the beginning. */
const UTF8 = new TextDecoder();

/**
 * One request and its answer, as the handler of undici's events: without the stream, the listeners and the wrapped
 * dispatcher that `undici.request` with an interceptor makes for every request.
 *
 *   queued ── connection ──▶ sent ── final status ──▶ body read or discarded ──▶ over
 *
 * An abort while it is queued takes effect when it gets a connection, or none.
 */
export class HttpExchange implements Dispatcher.DispatchHandler {
  private controller: Controller | undefined;
  private abortReason: Error | undefined;
  private hasStatus = false;
  private body: BodyReader | undefined;
  private resolve: (answer: HttpAnswer) => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;

  constructor(private readonly request: HttpRequest) {}

  /**
   * Sends the request, once. Resolves for every status and follows no redirect. Rejects with the error that
   * `beforeSend` throws, `OutboundTimeoutError`, `OutboundTooLargeError`, the reason of the signal, or undici's own error.
   */
  async over(dispatcher: Dispatcher): Promise<HttpAnswer> {
    const { timeoutMs, signal } = this.request;
    const { origin, pathname, search } = new URL(this.request.url);
    const answer = new Promise<HttpAnswer>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    const timer = setTimeout(() => {
      this.abort(new OutboundTimeoutError(timeoutMs));
    }, timeoutMs);
    const forward = (): void => {
      this.abort(signal?.reason as Error);
    };
    if (signal?.aborted === true) forward();
    signal?.addEventListener('abort', forward);
    try {
      dispatcher.dispatch(
        {
          origin,
          path: pathname + search,
          method: this.request.method.toUpperCase(),
          headers: { ...this.request.headers, 'accept-encoding': ACCEPTED_CODINGS },
          body: this.request.body ?? null,
        },
        this,
      );
      return await answer;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', forward);
    }
  }

  /** An error that is thrown here fails the request before its first byte, and leaves the connection usable. */
  onRequestStart(controller: Controller): void {
    this.request.beforeSend?.();
    this.controller = controller;
    if (this.abortReason !== undefined) controller.abort(this.abortReason);
  }

  onResponseStart(controller: Controller, status: number, headers: Headers): void {
    if (status < FIRST_FINAL_STATUS) return;
    this.hasStatus = true;
    const { statusDecides = false, bodyOf, maxBytes } = this.request;
    if (!statusDecides || bodyOf?.has(status) === true) {
      this.body = this.textOf(controller, status, headers);
      return;
    }
    this.body = discarding(controller, maxBytes);
    this.resolve({ status, headers: textsOf(headers), body: '' });
    if (Number(headers['content-length'] ?? 0) > maxBytes) controller.abort(new Error(NOT_READ));
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.body?.take(chunk);
  }

  onResponseEnd(): void {
    this.body?.end();
  }

  onResponseError(_controller: Controller, error: Error): void {
    const { body: sent, statusDecides = false } = this.request;
    if (sent instanceof Readable) sent.on('error', () => undefined).destroy(error);
    if (this.hasStatus) {
      // Undefined while the reader of an unknown coding refuses it.
      this.body?.fail(error);
      return;
    }
    const status = statusDecides ? answeredStatusOf(error) : undefined;
    if (status === undefined) this.reject(error);
    else this.resolve({ status, headers: {}, body: '' });
  }

  private abort(reason: Error): void {
    this.abortReason ??= reason;
    this.controller?.abort(reason);
  }

  private textOf(controller: Controller, status: number, headers: Headers): BodyReader {
    const { statusDecides = false, maxBytes } = this.request;
    const timer = statusDecides ? droppingLater(controller) : undefined;
    const done = (body: string): void => {
      clearTimeout(timer);
      this.resolve({ status, headers: textsOf(withoutCoding(headers)), body });
    };
    const failed = (error: unknown): void => {
      // An answer that was its status has arrived; the connection is gone with the body.
      if (statusDecides) done('');
      else this.reject(error);
    };
    const tooLarge = (): Error => new OutboundTooLargeError(maxBytes, status, headers);
    const coding = headers['content-encoding'];
    const reading = { maxBytes, tooLarge, done, failed };
    return coding === undefined
      ? readingPlain(controller, reading)
      : readingCoded(controller, coding, reading);
  }
}

function droppingLater(controller: Controller): NodeJS.Timeout {
  return setTimeout(() => {
    controller.abort(new Error(NOT_READ));
  }, DRAIN_MS);
}

/** Discards a body, so that its connection can be used again; drops the connection of a long or slow one. */
function discarding(controller: Controller, maxBytes: number): BodyReader {
  const timer = droppingLater(controller);
  const over = (): void => {
    clearTimeout(timer);
  };
  let bytes = 0;
  return {
    take: (chunk) => {
      bytes += chunk.length;
      if (bytes > maxBytes) controller.abort(new Error(NOT_READ));
    },
    end: over,
    fail: over,
  };
}

interface Reading {
  readonly maxBytes: number;
  readonly tooLarge: () => Error;
  readonly done: (text: string) => void;
  readonly failed: (error: unknown) => void;
}

function readingPlain(controller: Controller, { maxBytes, tooLarge, done, failed }: Reading): BodyReader {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    take: (chunk) => {
      bytes += chunk.length;
      chunks.push(chunk);
      // The connection goes with the rest, which is never read.
      if (bytes > maxBytes) controller.abort(tooLarge());
    },
    end: () => {
      done(UTF8.decode(Buffer.concat(chunks, bytes)));
    },
    fail: failed,
  };
}

/** The bytes pass through a stream that the decoder reads: while it is full, nothing is read from the connection. */
function readingCoded(controller: Controller, coding: unknown, reading: Reading): BodyReader {
  const coded = new Readable({
    read: () => {
      controller.resume();
    },
    destroy: (error, done) => {
      // Without effect on a request that has ended.
      controller.abort(error ?? new Error(NOT_READ));
      done(error);
    },
  });
  readText(decoded(coded, coding), reading).then(reading.done, reading.failed);
  return {
    take: (chunk) => {
      if (!coded.push(chunk)) controller.pause();
    },
    end: () => {
      coded.push(null);
    },
    fail: (error) => {
      coded.destroy(error);
    },
  };
}

async function readText(body: AsyncIterable<Uint8Array>, { maxBytes, tooLarge }: Reading): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection: the rest is never read.
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return UTF8.decode(Buffer.concat(chunks, bytes));
}

/** The headers that describe the body as it is returned. */
function withoutCoding(headers: Headers): Headers {
  if (headers['content-encoding'] === undefined) return headers;
  const others = Object.entries(headers).filter(([name]) => !OF_THE_CODING.has(name));
  return Object.fromEntries(others);
}

function textsOf(headers: Headers): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') texts[name] = value;
    else if (Array.isArray(value)) texts[name] = value.join(', ');
  }
  return texts;
}
