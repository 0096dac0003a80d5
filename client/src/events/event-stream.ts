import { authorizationOf, type CompleteOptions } from '../client-options.js';
import { Deadline } from '../http/deadline.js';
import { NoAnswerError } from '../http/no-answer.errors.js';
import { pause } from '../http/pause.js';
import { problemOf } from '../http/problem.errors.js';
import { EventStreamFormatError } from './event-stream.errors.js';
import { Reconnection } from './reconnection.js';
import { type SseFrame, SseParser } from './sse-parser.js';
import type { StreamEvent, StreamType } from './stream-event.js';

/** The time until the head of the answer. */
const CONNECT_MS = 20_000;
/** The service sends a comment every 15 seconds: a connection that misses three is lost. */
const IDLE_MS = 45_000;
/** The changes of state after which a session has no other. */
const LAST_TYPES = ['session.terminated', 'session.disconnected', 'session.failed'];

export interface EventStreamOptions {
  /** Default: every type that the caller may receive. */
  readonly types?: readonly StreamType[];
  /** Starts after this position; `0` is the beginning of what is kept. Default: now. */
  readonly lastEventId?: string;
  /** Ends the stream without an error. */
  readonly signal?: AbortSignal;
  /** The longest time without a connection, in milliseconds, after which the last failure is thrown. Default: no limit. */
  readonly maxOutageMs?: number;
  /** Called with each failure that is followed by another connection. */
  readonly onDisconnect?: (failure: unknown, waitMs: number) => void;
}

/** The resource that is streamed. */
export interface EventSourceOptions extends EventStreamOptions {
  readonly url: string;
  /** The stream of one session ends with it. */
  readonly isOfSession: boolean;
}

/**
 * Events as an async iterable. After a disconnect it resumes from the position of the last event, so that each event with
 * a position comes once, in order. It reads no further than the loop does, and buffers at most one chunk of the
 * network: a loop that takes too long is disconnected by the service, and resumes.
 *
 * The iteration ends with the session that is streamed, or by the signal. It throws `ProblemError` for a refusal that
 * stays, `EventStreamFormatError`, and the last failure of an outage that is too long. A second iteration goes on after the first; two at a time are not supported.
 */
export class EventStream implements AsyncIterable<StreamEvent> {
  private position: string | undefined;
  private readonly reconnection: Reconnection;
  private isSessionOver = false;

  constructor(
    private readonly client: CompleteOptions,
    private readonly options: EventSourceOptions,
  ) {
    this.position = options.lastEventId;
    this.reconnection = new Reconnection(options.maxOutageMs ?? Infinity);
  }

  /** The position after the last event that the loop was given: another stream may start with it. */
  get lastEventId(): string | undefined {
    return this.position;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamEvent, void, undefined> {
    while (!this.isStopped()) {
      let waitMs: number;
      try {
        if ((yield* this.connection()) === 'complete') return;
        waitMs = this.pauseAfterEnd();
      } catch (error) {
        if (this.isStopped()) return;
        waitMs = this.reconnection.afterFailure(error);
        this.options.onDisconnect?.(error, waitMs);
      }
      await pause(waitMs, this.options.signal);
    }
  }

  private isStopped(): boolean {
    return this.options.signal?.aborted === true;
  }

  /** The events of one connection; `complete` says that there will be no more. */
  private async *connection(): AsyncGenerator<StreamEvent, 'complete' | 'interrupted', undefined> {
    const limit = new Deadline(CONNECT_MS, this.options.signal);
    try {
      const body = await this.connect(limit);
      if (body === undefined) return 'complete';
      this.reconnection.connected();
      yield* this.eventsIn(body, limit);
      return 'interrupted';
    } finally {
      limit.abort();
    }
  }

  /** Undefined when the session has ended and every event was sent. */
  private async connect({ signal }: Deadline): Promise<ReadableStream<Uint8Array> | undefined> {
    const authorization = await authorizationOf(this.client);
    const { url } = this.options;
    const position = this.position === undefined ? {} : { 'last-event-id': this.position };
    const headers = { accept: 'text/event-stream', ...position, ...authorization };
    const response = await this.client.fetch(url, { headers, signal }).catch(this.lost);
    if (response.status >= 400) throw await problemOf(response).catch(this.lost);
    if (response.status === 204) return undefined;
    if (response.body === null || !/^text\/event-stream\b/.test(response.headers.get('content-type') ?? ''))
      throw new EventStreamFormatError(`No event stream, but status ${response.status}`);
    return response.body;
  }

  private async *eventsIn(
    body: ReadableStream<Uint8Array>,
    limit: Deadline,
  ): AsyncGenerator<StreamEvent, void, undefined> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parser = new SseParser();
    for (;;) {
      limit.restart(IDLE_MS);
      const { done, value } = await reader.read().catch(this.lost);
      // The loop may take any time.
      limit.stop();
      if (done) return;
      for (const frame of parser.push(decoder.decode(value, { stream: true }))) {
        // The loop may have aborted at the event before: the position stays there.
        if (this.isStopped()) return;
        const event = this.take(frame);
        if (event !== undefined) yield event;
      }
    }
  }

  private readonly lost = (cause: unknown): never => {
    throw new NoAnswerError(`GET ${this.options.url}`, { cause });
  };

  private take({ id, retryMs, data, name }: SseFrame): StreamEvent | undefined {
    if (retryMs !== undefined) this.reconnection.setRetry(retryMs);
    if (id !== undefined) this.position = id;
    if (data === undefined) return undefined;
    this.isSessionOver ||= this.options.isOfSession && LAST_TYPES.includes(name);
    return { ...fieldsOf(data), type: name, lastEventId: this.position ?? '' } as StreamEvent;
  }

  /** The stream of a session ends after its last change of state; the next answer says whether that was all. */
  private pauseAfterEnd(): number {
    const waitMs = this.isSessionOver ? 0 : this.reconnection.afterEnd();
    this.isSessionOver = false;
    return waitMs;
  }
}

function fieldsOf(data: string): object {
  try {
    return JSON.parse(data) as object;
  } catch (cause) {
    throw new EventStreamFormatError('The data of an event is not JSON', { cause });
  }
}
