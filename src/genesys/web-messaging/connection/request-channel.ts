import {
  type UpstreamError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import type { ClientFrame } from '../frames/client-frame';
import { withReference } from '../frames/guest-message';
import type { ServerFrame, ServerFrameKind } from '../frames/server-frame';
import type { GuestConnection, ConnectionEnd, ConnectionListener } from './guest-connection';
import type { GuestConnectionFactory } from './guest-connection-factory';
import { SlidingWindow } from '../pacing/sliding-window';
import { RecentIds } from './recent-ids';
import { refusalOf } from './refusal';

/** A connection may carry 60 requests a minute: messages leave the rest to echoes and to the upkeep of the session. */
const MESSAGES_PER_MINUTE = 50;
const WINDOW_MS = 63_000;
/** A message may come back long after its request has timed out. */
const MAX_SENT_IDS = 100;

type FrameOf<Kind extends ServerFrameKind> = Extract<ServerFrame, { kind: Kind }>;

interface PendingRequest {
  readonly kind: ServerFrameKind;
  readonly answer: (frame: ServerFrame) => void;
  readonly fail: (error: Error) => void;
}

/** Resolves with the channel of the session, as soon as the session is live. */
export type LiveChannel = (signal: AbortSignal) => Promise<RequestChannel>;

/**
 * Correlates requests and answers over one connection. An answer finds its request by the tracing id; one without goes to
 * the oldest request that waits for its kind, and a refusal without one to the oldest request of all.
 */
export class RequestChannel implements ConnectionListener {
  /** Resolves when the connection ends. */
  readonly ended: Promise<ConnectionEnd>;
  /** Aborts when the connection ends. */
  readonly signal: AbortSignal;
  /** The share of messages in the requests that the platform allows a connection. */
  readonly requestWindow = new SlidingWindow(MESSAGES_PER_MINUTE, WINDOW_MS);
  private readonly over = new AbortController();
  private readonly pending = new Map<string, PendingRequest>();
  private readonly sentMessages = new RecentIds(MAX_SENT_IDS);
  private resolveEnded: (end: ConnectionEnd) => void = () => undefined;
  private connection: GuestConnection | undefined;

  private constructor(private readonly handle: (frame: ServerFrame) => void) {
    this.signal = this.over.signal;
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
  }

  /** Connects. `handle` gets every frame that answers no request, every message and every refusal. */
  static async connect(
    connections: GuestConnectionFactory,
    handle: (frame: ServerFrame) => void,
    signal: AbortSignal,
  ): Promise<RequestChannel> {
    const channel = new RequestChannel(handle);
    channel.connection = await connections.connect(channel, signal);
    return channel;
  }

  get isOver(): boolean {
    return this.signal.aborted;
  }

  /**
   * Sends a request and resolves with its answer. Rejects with the error that the server refuses it with, with
   * `UpstreamTimeoutError`, or with `UpstreamUnavailableError` when the connection ends first.
   */
  request<Kind extends ServerFrameKind>(
    frame: ClientFrame,
    kind: Kind,
    timeoutMs: number,
  ): Promise<FrameOf<Kind>> {
    return new Promise((resolve, reject) => {
      if (this.isOver) {
        reject(new UpstreamUnavailableError({ sent: false }));
        return;
      }
      const settle = (): void => {
        clearTimeout(timer);
        this.pending.delete(frame.tracingId);
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      const timer = setTimeout(() => {
        fail(new UpstreamTimeoutError());
      }, timeoutMs);
      if (kind === 'message') this.sentMessages.add(frame.tracingId);
      this.pending.set(frame.tracingId, {
        kind,
        fail,
        answer: (answer) => {
          settle();
          resolve(answer as FrameOf<Kind>);
        },
      });
      this.connection?.send(frame);
    });
  }

  /** Sends a frame that needs no answer. */
  send(frame: ClientFrame): void {
    this.connection?.send(frame);
  }

  close(): void {
    this.connection?.close();
  }

  /** Breaks a connection that is open and yet does not answer. */
  terminate(): void {
    this.connection?.terminate();
  }

  onFrame(received: ServerFrame): void {
    const frame = this.withOwnReference(received);
    const refusal = refusalOf(frame);
    const request = this.requestOf(frame, refusal);
    if (refusal !== undefined) request?.fail(refusal);
    else request?.answer(frame);
    // A message of the guest is an answer and a message; a refusal may also say that the session has ended.
    if (request === undefined || frame.kind === 'message' || frame.kind === 'refused') this.handle(frame);
  }

  onEnded(end: ConnectionEnd): void {
    this.over.abort(new UpstreamUnavailableError());
    for (const { fail } of [...this.pending.values()]) fail(new UpstreamUnavailableError());
    this.resolveEnded(end);
  }

  /** Restores the reference of an own message from its tracing id, in case the message comes back without its metadata. */
  private withOwnReference(frame: ServerFrame): ServerFrame {
    if (frame.kind !== 'message' || frame.tracingId === undefined) return frame;
    if (!this.sentMessages.has(frame.tracingId)) return frame;
    return { ...frame, message: withReference(frame.message, frame.tracingId) };
  }

  private requestOf(frame: ServerFrame, refusal: UpstreamError | undefined): PendingRequest | undefined {
    const kindOfRequest = frame.kind === 'url-refused' ? 'presigned-url' : frame.kind;
    const answersAnyKind = refusal !== undefined && frame.kind !== 'url-refused';
    const isAnswered = ({ kind }: PendingRequest): boolean => answersAnyKind || kind === kindOfRequest;
    if (frame.tracingId !== undefined) {
      const request = this.pending.get(frame.tracingId);
      return request !== undefined && isAnswered(request) ? request : undefined;
    }
    // A message without a tracing id comes from another client of the guest, and a malformed frame may be anything.
    const answersNone = frame.kind === 'message' || frame.kind === 'malformed';
    return answersNone ? undefined : [...this.pending.values()].find(isAnswered);
  }
}
