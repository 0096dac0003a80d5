import {
  type UpstreamError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import type { ClientFrame } from '../frames/client-frame';
import type { ServerFrame, ServerFrameKind } from '../frames/server-frame';
import type { GuestConnection, ConnectionEnd, ConnectionListener } from './guest-connection';
import type { GuestConnectionFactory } from './guest-connection-factory';
import { SlidingWindow } from '../pacing/sliding-window';
import { KnownMessages } from './recent-ids';
import { underReference } from '../messages/own-messages';
import { refusalOf } from './refusal';

/** Of 60 requests a minute; the rest is for echoes and whatever else keeps a session alive. */
const MESSAGES_PER_MINUTE = 50;
const WINDOW_MS = 63_000;
/** A message may come back long after its request has run into the time-out. */
const MAX_SAID = 100;

type FrameOf<Kind extends ServerFrameKind> = Extract<ServerFrame, { kind: Kind }>;

interface Pending {
  readonly kind: ServerFrameKind;
  readonly answer: (frame: ServerFrame) => void;
  readonly fail: (error: Error) => void;
}

/** Every frame that answers no request, every message and every refusal. */
export type FrameListener = (frame: ServerFrame) => void;

/**
 * Requests and their answers over one line. An answer finds its request by the tracing id; one without goes to the
 * oldest request that waits for its kind, and a refusal without to the oldest request of all.
 */
export class RequestChannel implements ConnectionListener {
  /** Resolves when the line is no more. */
  readonly ended: Promise<ConnectionEnd>;
  /** Aborts when the line is no more. */
  readonly signal: AbortSignal;
  /** What messages may take of the requests that the platform allows a connection. */
  readonly room = new SlidingWindow(MESSAGES_PER_MINUTE, WINDOW_MS);
  private readonly over = new AbortController();
  private readonly pending = new Map<string, Pending>();
  private readonly said = new KnownMessages(MAX_SAID);
  private tellEnd: (ending: ConnectionEnd) => void = () => undefined;
  private line: GuestConnection | undefined;

  private constructor(private readonly hear: FrameListener) {
    this.signal = this.over.signal;
    this.ended = new Promise((resolve) => {
      this.tellEnd = resolve;
    });
  }

  static async begin(
    lines: GuestConnectionFactory,
    hear: FrameListener,
    signal: AbortSignal,
  ): Promise<RequestChannel> {
    const dialogue = new RequestChannel(hear);
    dialogue.line = await lines.connect(dialogue, signal);
    return dialogue;
  }

  get isOver(): boolean {
    return this.signal.aborted;
  }

  /**
   * Sends a request and resolves with its answer. Rejects with what the server refuses it with, with
   * `UpstreamTimeoutError`, or with `UpstreamUnavailableError` when the line ends first.
   */
  ask<Kind extends ServerFrameKind>(
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
      if (kind === 'message') this.said.add(frame.tracingId);
      this.pending.set(frame.tracingId, {
        kind,
        fail,
        answer: (answer) => {
          settle();
          resolve(answer as FrameOf<Kind>);
        },
      });
      this.line?.send(frame);
    });
  }

  /** Sends what needs no answer. */
  tell(frame: ClientFrame): void {
    this.line?.send(frame);
  }

  hangUp(): void {
    this.line?.hangUp();
  }

  /** The line is open and yet does not do its work. */
  giveUp(): void {
    this.line?.giveUp();
  }

  onFrame(given: ServerFrame): void {
    const frame = this.named(given);
    const refusal = refusalOf(frame);
    const request = this.requestOf(frame, refusal);
    if (refusal !== undefined) request?.fail(refusal);
    else request?.answer(frame);
    // The own message that comes back is an answer, and news; so is a refusal that says that the session is no more.
    if (request === undefined || frame.kind === 'message' || frame.kind === 'refused') this.hear(frame);
  }

  onEnded(ending: ConnectionEnd): void {
    this.over.abort(new UpstreamUnavailableError());
    for (const { fail } of [...this.pending.values()]) fail(new UpstreamUnavailableError());
    this.tellEnd(ending);
  }

  /** The tracing id of a message of ours is its reference, where it comes back without the metadata that has it. */
  private named(frame: ServerFrame): ServerFrame {
    if (frame.kind !== 'message' || frame.tracingId === undefined) return frame;
    if (!this.said.has(frame.tracingId)) return frame;
    return { ...frame, message: underReference(frame.message, frame.tracingId) };
  }

  private requestOf(frame: ServerFrame, refusal: UpstreamError | undefined): Pending | undefined {
    const wanted = frame.kind === 'url-refused' ? 'presigned-url' : frame.kind;
    const isForAny = refusal !== undefined && frame.kind !== 'url-refused';
    const answers = ({ kind }: Pending): boolean => isForAny || kind === wanted;
    if (frame.tracingId !== undefined) {
      const request = this.pending.get(frame.tracingId);
      return request !== undefined && answers(request) ? request : undefined;
    }
    // A message without a tracing id is from another client of the guest, and a malformed frame may be anything.
    const isOfNone = frame.kind === 'message' || frame.kind === 'malformed';
    return isOfNone ? undefined : [...this.pending.values()].find(answers);
  }
}
