import { v4 as uuid } from 'uuid';
import {
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import type { Clock } from '../../../common/time/clock';
import { abortable } from '../../../common/time/abortable';
import { withDeadline } from '../../../common/time/deadline';
import { pause } from '../../../common/time/pause';
import type { ClientFrames } from '../frames/client-frame';
import { known } from '../frames/fields';
import type { GuestMessage } from '../frames/guest-message';
import type { OutgoingMessage } from '../frames/outgoing-message';
import { OneByOne } from '../pacing/one-by-one';
import { SlidingWindow } from '../pacing/sliding-window';
import type { Dialogue } from './dialogue';
import { KnownMessages } from './known-messages';
import type { OpeningAttributes } from './opening-attributes';

const PER_SECOND = 5;
/** A little longer than a second: what leaves evenly may arrive in a bunch. */
const SECOND_MS = 1_050;
const MAX_WAITING = 50;
const ACKNOWLEDGED_WITHIN_MS = 10_000;
const DELIVERED_WITHIN_MS = 60_000;
const MAX_SENDS = 3;
const LOOK_AGAIN_MS = 5_000;
const MAX_ASKED_MS = 30_000;
/** How far the server's clock may be behind ours. */
const MAX_SKEW_MS = 30_000;
const MAX_ACKNOWLEDGED = 100;
const MAX_DOUBTFUL = 100;
const TYPING_COOL_DOWN_MS = 5_000;

type Outcome = 'unanswered' | 'throttled';

/** What a message is recognised by, and whether an earlier process may have sent it under the same reference. */
export interface Sending {
  readonly reference: string;
  readonly isRepeatable: boolean;
}

/** A message on its way. */
interface Delivery extends Sending {
  readonly message: OutgoingMessage;
  /** Epoch milliseconds of the first attempt; undefined before. */
  sentAt?: number;
  mayHaveArrived: boolean;
}

/** Where messages go, and where it is looked up whether they arrived. */
export interface MessageWay {
  /** The line, as soon as there is one. */
  live(signal: AbortSignal): Promise<Dialogue>;
  /** What the conversation holds of late. Rejects when that cannot be told. */
  recent(dialogue: Dialogue): Promise<readonly GuestMessage[]>;
  /** Resolves when what was said before the line is known, or cannot be known for now. */
  settled(): Promise<unknown>;
  /** Whether nothing of this reference was said, as far as can be told without asking. */
  isNew(reference: string): boolean;
}

/**
 * Sends the guest's messages one after the other, at most 5 a second and as many as a connection may carry. The
 * message that comes back is the acknowledgement. One whose acknowledgement is lost is looked for in the history
 * before it is sent again: it is neither doubled nor lost as long as the history can be read.
 */
export class OutgoingMessages {
  private readonly line = new OneByOne();
  private readonly rate = new SlidingWindow(PER_SECOND, SECOND_MS);
  /** Ids of messages that are ours and no others. */
  private readonly acknowledged = new KnownMessages(MAX_ACKNOWLEDGED);
  /** When messages were sent that may have arrived although nobody was told so, by their references. */
  private readonly doubtful = new Map<string, number>();
  private mayTypeAt = 0;

  constructor(
    private readonly way: MessageWay,
    private readonly frames: ClientFrames,
    private readonly clock: Clock,
    private readonly opening: OpeningAttributes,
  ) {}

  /**
   * Resolves with the message as the conversation has it, once it is acknowledged. Rejects within a minute, or by
   * the signal, with an `UpstreamError` that tells whether the message may have arrived all the same.
   */
  async say(message: OutgoingMessage, sending: Sending, parent: AbortSignal): Promise<GuestMessage> {
    if (this.line.size >= MAX_WAITING) throw new UpstreamUnavailableError({ reason: 'overload' });
    const sentAt = this.doubtful.get(sending.reference);
    const delivery: Delivery = { ...sending, message, mayHaveArrived: false, ...known({ sentAt }) };
    return withDeadline(DELIVERED_WITHIN_MS, parent, async (signal, isOver) => {
      try {
        const delivered = this.line.run(() => this.deliver(delivery, signal), signal);
        return await abortable(delivered, signal);
      } catch (error) {
        this.remember(delivery);
        if (!isOver()) throw error;
        const late = new UpstreamTimeoutError({ cause: error });
        late.mayHaveTakenEffect = delivery.mayHaveArrived;
        throw late;
      }
    });
  }

  /** Tells that the guest types, unless it was told a moment ago or cannot be told now. */
  typing(dialogue: Dialogue): void {
    const now = performance.now();
    if (now < this.mayTypeAt || dialogue.room.waitMs > 0 || this.rate.waitMs > 0) return;
    this.mayTypeAt = now + TYPING_COOL_DOWN_MS;
    // It is an `onMessage` like any other, of which there may be five a second.
    this.rate.take();
    dialogue.room.take();
    dialogue.tell(this.frames.typing(uuid()));
  }

  private async deliver(delivery: Delivery, signal: AbortSignal): Promise<GuestMessage> {
    delivery.mayHaveArrived = await this.isDoubtful(delivery, signal);
    await this.openingKnown(signal);
    for (let unanswered = 0; unanswered < MAX_SENDS;) {
      const dialogue = await this.turn(signal);
      const wasDoubtful = delivery.mayHaveArrived;
      // The line may have been lost, or the answer: then nobody but the history knows.
      const arrived = wasDoubtful ? await this.arrived(delivery, signal) : undefined;
      if (arrived !== undefined) return arrived;
      if (dialogue.isOver) continue;
      const outcome = await this.send(delivery, dialogue);
      if (typeof outcome === 'object') return outcome;
      if (outcome === 'unanswered') unanswered += 1;
      else delivery.mayHaveArrived = wasDoubtful;
    }
    const arrived = await this.arrived(delivery, signal);
    if (arrived === undefined) throw new UpstreamTimeoutError();
    return arrived;
  }

  private async isDoubtful({ reference, isRepeatable }: Sending, signal: AbortSignal): Promise<boolean> {
    if (!isRepeatable) return false;
    await this.way.live(signal);
    await abortable(this.way.settled(), signal);
    return this.doubtful.has(reference) || !this.way.isNew(reference);
  }

  /** Whether an earlier process has sent the attributes of the opening stands in the history. */
  private async openingKnown(signal: AbortSignal): Promise<void> {
    if (!this.opening.isPending) return;
    await this.way.live(signal);
    await abortable(this.way.settled(), signal);
  }

  private remember({ reference, mayHaveArrived, sentAt }: Delivery): void {
    if (!mayHaveArrived || sentAt === undefined) return;
    this.doubtful.set(reference, sentAt);
    const [oldest] = this.doubtful.keys();
    if (this.doubtful.size > MAX_DOUBTFUL && oldest !== undefined) this.doubtful.delete(oldest);
  }

  /** Waits until there is a line that may carry another message. */
  private async turn(signal: AbortSignal): Promise<Dialogue> {
    for (;;) {
      const dialogue = await this.way.live(signal);
      const waitMs = Math.max(this.rate.waitMs, dialogue.room.waitMs);
      if (waitMs === 0) return dialogue;
      await pause(Math.ceil(waitMs), signal);
    }
  }

  /** The message as it was acknowledged, or what came instead. Rejects when the server wants no such message. */
  private async send(delivery: Delivery, dialogue: Dialogue): Promise<GuestMessage | Outcome> {
    const { reference, message } = delivery;
    delivery.mayHaveArrived = true;
    delivery.sentAt ??= this.clock.now();
    this.rate.take();
    dialogue.room.take();
    try {
      const customAttributes = this.opening.beside(message.customAttributes);
      const frame = this.frames.message(reference, { ...message, ...known({ customAttributes }) });
      const answer = await dialogue.ask(frame, 'message', ACKNOWLEDGED_WITHIN_MS);
      this.opening.arrived();
      if (answer.message.id !== undefined) this.acknowledged.add(answer.message.id);
      return answer.message;
    } catch (error) {
      if (isUncertain(error)) return 'unanswered';
      if (!(error instanceof UpstreamThrottledError)) throw error;
      this.rate.close(Math.min(MAX_ASKED_MS, error.retryAfterMs));
      return 'throttled';
    }
  }

  private async arrived(delivery: Delivery, signal: AbortSignal): Promise<GuestMessage | undefined> {
    for (;;) {
      const dialogue = await this.way.live(signal);
      try {
        const recent = await this.way.recent(dialogue);
        const found = recent.find((candidate) => this.isThe(delivery, candidate));
        if (found?.id !== undefined) this.acknowledged.add(found.id);
        return found;
      } catch {
        // To send it now could double it: whoever waits for the message has a deadline.
        await pause(LOOK_AGAIN_MS, signal);
      }
    }
  }

  /** By its id; in a history that does not keep that, by its text, as long as it is no other message of ours. */
  private isThe({ reference, message, sentAt }: Delivery, found: GuestMessage): boolean {
    if (found.direction !== 'Inbound') return false;
    if (found.metadata['id'] !== undefined) return found.metadata['id'] === reference;
    // What another process has sent cannot be told from what the guest has said before.
    if (sentAt === undefined) return false;
    const isOther = found.id !== undefined && this.acknowledged.has(found.id);
    const isEarlier = (found.at ?? sentAt) < sentAt - MAX_SKEW_MS;
    // An answer may have an empty text, which tells it from no other answer.
    const hasText = found.text !== undefined && found.text !== '';
    return hasText && found.text === message.text && !isOther && !isEarlier;
  }
}

function isUncertain(error: unknown): boolean {
  return error instanceof UpstreamTimeoutError || error instanceof UpstreamUnavailableError;
}
