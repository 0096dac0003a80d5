import { v4 as uuid } from 'uuid';
import {
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import { abortable } from '../../../common/time/abortable';
import { withDeadline } from '../../../common/time/deadline';
import { pause } from '../../../common/time/pause';
import type { ClientFrames } from '../frames/client-frame';
import type { GuestMessage } from '../frames/guest-message';
import type { OutgoingMessage } from '../frames/outgoing-message';
import { OneByOne } from '../pacing/one-by-one';
import { SlidingWindow } from '../pacing/sliding-window';
import type { Dialogue } from './dialogue';
import { KnownMessages } from './known-messages';

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
const TYPING_COOL_DOWN_MS = 5_000;

type Outcome = 'acknowledged' | 'unanswered' | 'throttled';

/** A message on its way, under the id that it is recognised by. */
interface Delivery {
  readonly id: string;
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
  private mayTypeAt = 0;

  constructor(
    private readonly way: MessageWay,
    private readonly frames: ClientFrames,
  ) {}

  /**
   * Resolves with the id under which the message is known, once it is acknowledged. Rejects within a minute, or by
   * the signal, with an `UpstreamError` that tells whether the message may have arrived all the same.
   */
  async say(message: OutgoingMessage, parent: AbortSignal): Promise<string> {
    if (this.line.size >= MAX_WAITING) throw new UpstreamUnavailableError({ reason: 'overload' });
    const delivery: Delivery = { id: uuid(), message, mayHaveArrived: false };
    return withDeadline(DELIVERED_WITHIN_MS, parent, async (signal, isOver) => {
      try {
        const delivered = this.line.run(() => this.deliver(delivery, signal), signal);
        return await abortable(delivered, signal);
      } catch (error) {
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
    if (now < this.mayTypeAt || dialogue.room.waitMs > 0) return;
    this.mayTypeAt = now + TYPING_COOL_DOWN_MS;
    dialogue.room.take();
    dialogue.tell(this.frames.typing(uuid()));
  }

  private async deliver(delivery: Delivery, signal: AbortSignal): Promise<string> {
    for (let unanswered = 0; unanswered < MAX_SENDS;) {
      const dialogue = await this.turn(signal);
      const wasDoubtful = delivery.mayHaveArrived;
      // The line may have been lost, or the answer: then nobody but the history knows.
      if (wasDoubtful && (await this.hasArrived(delivery, signal))) return delivery.id;
      if (dialogue.isOver) continue;
      const outcome = await this.send(delivery, dialogue);
      if (outcome === 'acknowledged') return delivery.id;
      if (outcome === 'unanswered') unanswered += 1;
      else delivery.mayHaveArrived = wasDoubtful;
    }
    if (await this.hasArrived(delivery, signal)) return delivery.id;
    throw new UpstreamTimeoutError();
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

  /** Rejects when the server wants no such message. */
  private async send(delivery: Delivery, dialogue: Dialogue): Promise<Outcome> {
    const { id, message } = delivery;
    delivery.mayHaveArrived = true;
    delivery.sentAt ??= Date.now();
    this.rate.take();
    dialogue.room.take();
    try {
      const frame = this.frames.message(id, message);
      const answer = await dialogue.ask(frame, 'message', ACKNOWLEDGED_WITHIN_MS);
      if (answer.message.id !== undefined) this.acknowledged.add(answer.message.id);
      return 'acknowledged';
    } catch (error) {
      if (isUncertain(error)) return 'unanswered';
      if (!(error instanceof UpstreamThrottledError)) throw error;
      this.rate.close(Math.min(MAX_ASKED_MS, error.retryAfterMs));
      return 'throttled';
    }
  }

  private async hasArrived(delivery: Delivery, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const dialogue = await this.way.live(signal);
      try {
        const recent = await this.way.recent(dialogue);
        const found = recent.find((candidate) => this.isThe(delivery, candidate));
        if (found?.id !== undefined) this.acknowledged.add(found.id);
        return found !== undefined;
      } catch {
        // To send it now could double it: whoever waits for the message has a deadline.
        await pause(LOOK_AGAIN_MS, signal);
      }
    }
  }

  /** By its id; in a history that does not keep that, by its text, as long as it is no other message of ours. */
  private isThe({ id, message, sentAt = 0 }: Delivery, found: GuestMessage): boolean {
    if (found.direction !== 'Inbound') return false;
    if (found.metadata['id'] !== undefined) return found.metadata['id'] === id;
    const isOther = found.id !== undefined && this.acknowledged.has(found.id);
    const isEarlier = (found.at ?? sentAt) < sentAt - MAX_SKEW_MS;
    return found.text !== undefined && found.text === message.text && !isOther && !isEarlier;
  }
}

function isUncertain(error: unknown): boolean {
  return error instanceof UpstreamTimeoutError || error instanceof UpstreamUnavailableError;
}
