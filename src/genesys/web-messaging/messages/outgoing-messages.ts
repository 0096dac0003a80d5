import { v4 as uuid } from 'uuid';
import {
  UpstreamInvalidResponseError,
  UpstreamThrottledError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import type { Clock } from '../../../common/time/clock';
import { abortable } from '../../../common/time/abortable';
import { withDeadline } from '../../../common/time/deadline';
import { pause } from '../../../common/time/pause';
import type { ClientFrame, ClientFrames } from '../frames/client-frame';
import { known } from '../frames/fields';
import type { GuestMessage } from '../frames/guest-message';
import type { OutgoingMessage } from '../frames/outgoing-message';
import { Mutex } from '../pacing/mutex';
import { SlidingWindow } from '../pacing/sliding-window';
import type { RequestChannel } from '../connection/request-channel';
import type { OpeningAttributes } from './conversation-start';
import { OwnMessages, referenceOf } from './own-messages';

const PER_SECOND = 5;
/** A little longer than a second: what leaves evenly may arrive in a bunch. */
const SECOND_MS = 1_050;
const MAX_WAITING = 50;
const ACKNOWLEDGED_WITHIN_MS = 10_000;
const DELIVERED_WITHIN_MS = 60_000;
const MAX_SENDS = 3;
const LOOK_AGAIN_MS = 5_000;
const MAX_ASKED_MS = 30_000;
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
  mayHaveArrived: boolean;
}

/** Where messages go, and where it is looked up whether they arrived. */
export interface MessageWay {
  /** The line, as soon as there is one. */
  live(signal: AbortSignal): Promise<RequestChannel>;
  /** The newest part of the history, with our references. Rejects when it cannot be read. */
  recent(dialogue: RequestChannel): Promise<readonly GuestMessage[]>;
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
  private readonly line = new Mutex();
  private readonly rate = new SlidingWindow(PER_SECOND, SECOND_MS);
  private readonly own = new OwnMessages();
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
    const delivery: Delivery = { ...sending, message, mayHaveArrived: false };
    return withDeadline(DELIVERED_WITHIN_MS, parent, async (signal, isOver) => {
      try {
        const delivered = this.line.run(() => this.deliver(delivery, signal), signal);
        return await abortable(delivered, signal);
      } catch (error) {
        if (!delivery.mayHaveArrived) this.own.forget(sending.reference);
        if (!isOver()) throw error;
        const late = new UpstreamTimeoutError({ cause: error });
        late.mayHaveTakenEffect = delivery.mayHaveArrived;
        throw late;
      }
    });
  }

  /** The same history, in which messages of this process have their references. */
  recognise(history: readonly GuestMessage[]): readonly GuestMessage[] {
    return this.own.recognise(history);
  }

  /** Tells that the guest types, unless it was told a moment ago or cannot be told now. */
  typing(dialogue: RequestChannel): void {
    const now = performance.now();
    if (now < this.mayTypeAt || dialogue.room.waitMs > 0 || this.rate.waitMs > 0) return;
    this.mayTypeAt = now + TYPING_COOL_DOWN_MS;
    this.tell(dialogue, this.frames.typing(uuid()));
  }

  /** Sends an event that needs no answer. It is an `onMessage` like any other, of which there may be five a second. */
  tell(dialogue: RequestChannel, frame: ClientFrame): void {
    this.rate.take();
    dialogue.room.take();
    dialogue.tell(frame);
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
      else if (!wasDoubtful) {
        delivery.mayHaveArrived = false;
        this.own.forget(delivery.reference);
      }
    }
    const arrived = await this.arrived(delivery, signal);
    if (arrived === undefined) throw new UpstreamTimeoutError();
    return arrived;
  }

  private async isDoubtful({ reference, isRepeatable }: Sending, signal: AbortSignal): Promise<boolean> {
    if (!isRepeatable) return false;
    await this.way.live(signal);
    await abortable(this.way.settled(), signal);
    return this.own.isUnsettled(reference) || !this.way.isNew(reference);
  }

  /** Whether an earlier process has sent the attributes of the opening stands in the history. */
  private async openingKnown(signal: AbortSignal): Promise<void> {
    if (!this.opening.isPending) return;
    await this.way.live(signal);
    await abortable(this.way.settled(), signal);
  }

  /** Waits until there is a line that may carry another message. */
  private async turn(signal: AbortSignal): Promise<RequestChannel> {
    for (;;) {
      const dialogue = await this.way.live(signal);
      const waitMs = Math.max(this.rate.waitMs, dialogue.room.waitMs);
      if (waitMs === 0) return dialogue;
      await pause(Math.ceil(waitMs), signal);
    }
  }

  /** The message as it was acknowledged, or what came instead. Rejects when the server wants no such message. */
  private async send(delivery: Delivery, dialogue: RequestChannel): Promise<GuestMessage | Outcome> {
    const { reference, message } = delivery;
    delivery.mayHaveArrived = true;
    this.own.sent(reference, message, this.clock.now());
    this.rate.take();
    dialogue.room.take();
    try {
      const customAttributes = this.opening.beside(message.customAttributes);
      const frame = this.frames.message(reference, { ...message, ...known({ customAttributes }) });
      const answer = await dialogue.ask(frame, 'message', ACKNOWLEDGED_WITHIN_MS);
      this.opening.arrived();
      this.own.settle(reference, answer.message);
      return answer.message;
    } catch (error) {
      if (isUncertain(error)) return 'unanswered';
      if (!(error instanceof UpstreamThrottledError)) throw error;
      this.rate.close(Math.min(MAX_ASKED_MS, error.retryAfterMs));
      return 'throttled';
    }
  }

  private async arrived({ reference }: Delivery, signal: AbortSignal): Promise<GuestMessage | undefined> {
    for (;;) {
      const dialogue = await this.way.live(signal);
      try {
        const recent = await this.way.recent(dialogue);
        const found = recent.find((candidate) => isThe(reference, candidate));
        if (found !== undefined) this.own.settle(reference, found);
        return found;
      } catch {
        // To send it now could double it: whoever waits for the message has a deadline.
        await pause(LOOK_AGAIN_MS, signal);
      }
    }
  }
}

function isThe(reference: string, found: GuestMessage): boolean {
  return found.direction === 'Inbound' && referenceOf(found) === reference;
}

/** Whether the message may have arrived although its answer did not, or cannot be read. */
function isUncertain(error: unknown): boolean {
  const isUnreadable = error instanceof UpstreamInvalidResponseError;
  return isUnreadable || error instanceof UpstreamTimeoutError || error instanceof UpstreamUnavailableError;
}
