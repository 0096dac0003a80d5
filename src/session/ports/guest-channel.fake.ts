import type { EndDetection } from '../domain/end-detection';
import {
  type BeatOutcome,
  type Conversation,
  type DisconnectOutcome,
  GuestChannel,
  type Opened,
} from './guest-channel';

type Answer = Readonly<Record<string, unknown>>;
type Step<T> = (signal: AbortSignal) => T | Promise<T>;

interface Call {
  readonly operation: 'open' | 'beat' | 'disconnect';
  readonly conversationId: string;
  readonly at: number;
  readonly sequence?: number;
}

/** A channel with scripted results, in order, and successes after those. It records every call. */
export class FakeGuestChannel extends GuestChannel {
  readonly calls: Call[] = [];
  /** Conversations that this process has left. */
  readonly left: string[] = [];
  /** Expiry of conversations that are opened from here on. */
  expiresAt: number | undefined;
  detection: EndDetection | undefined;
  private readonly opens: Step<Answer>[] = [];
  private readonly beats: Step<BeatOutcome>[] = [];
  private readonly disconnects: Step<'confirmed' | 'gone'>[] = [];

  constructor(readonly name = 'fake') {
    super();
  }

  onOpen(...steps: readonly Step<Answer>[]): void {
    this.opens.push(...steps);
  }

  onBeat(...steps: readonly Step<BeatOutcome>[]): void {
    this.beats.push(...steps);
  }

  onDisconnect(...steps: readonly Step<'confirmed' | 'gone'>[]): void {
    this.disconnects.push(...steps);
  }

  /** The conversations of the calls of an operation, in order. */
  called(operation: Call['operation']): string[] {
    return this.calls.filter((call) => call.operation === operation).map((call) => call.conversationId);
  }

  override endDetection(): EndDetection | undefined {
    return this.detection;
  }

  async open({ conversationId }: Conversation, _deadlineAt: number, signal: AbortSignal): Promise<Opened> {
    this.calls.push({ operation: 'open', conversationId, at: Date.now() });
    const answer = await (this.opens.shift() ?? (() => ({ id: conversationId })))(signal);
    return { answer, ...(this.expiresAt === undefined ? {} : { expiresAt: this.expiresAt }) };
  }

  async beat({ conversationId }: Conversation, sequence: number, signal: AbortSignal): Promise<BeatOutcome> {
    this.calls.push({ operation: 'beat', conversationId, at: Date.now(), sequence });
    return (this.beats.shift() ?? (() => ({ kind: 'ok' })))(signal);
  }

  leave(conversationId: string): void {
    this.left.push(conversationId);
  }

  async disconnect({ conversationId }: Conversation, signal: AbortSignal): Promise<DisconnectOutcome> {
    this.calls.push({ operation: 'disconnect', conversationId, at: Date.now() });
    return { kind: await (this.disconnects.shift() ?? (() => 'confirmed'))(signal) };
  }
}
