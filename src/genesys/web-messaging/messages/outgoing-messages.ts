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
import type { LiveChannel, RequestChannel } from '../connection/request-channel';
import type { ClientFrame, ClientFrames } from '../frames/client-frame';
import { omitUndefined } from '../../fields';
import { type GuestMessage, referenceOf } from '../frames/guest-message';
import type { OutgoingMessage } from '../frames/outgoing-message';
import { Mutex } from '../pacing/mutex';
import { SlidingWindow } from '../pacing/sliding-window';
import type { ConversationStart } from './conversation-start';
import type { HistoryBackfill } from './history-backfill';
import type { IncomingMessages } from './incoming-messages';
import type { OwnMessages } from './own-messages';

const PER_SECOND = 5;
/** A little longer than a second: messages that leave evenly may arrive in a burst. */
const SECOND_MS = 1_050;
const MAX_WAITING = 50;
const ACKNOWLEDGEMENT_TIMEOUT_MS = 10_000;
const DELIVERY_TIMEOUT_MS = 60_000;
const MAX_SENDS = 3;
const HISTORY_RETRY_MS = 5_000;
const MAX_RETRY_AFTER_MS = 30_000;
const TYPING_COOL_DOWN_MS = 5_000;

type Outcome = 'unanswered' | 'throttled';

/** Identity of a message that is sent. */
export interface Sending {
  /** Recognises the message when it comes back. */
  readonly reference: string;
  /** An earlier process may have sent a message with this reference. */
  readonly isRepeatable: boolean;
}

/** A message in flight. */
interface Delivery extends Sending {
  readonly message: OutgoingMessage;
  mayHaveArrived: boolean;
}

/**
 * Sends the guest's messages one after the other, at most 5 a second and within the limit of a connection. The message
 * that comes back is the acknowledgement. A message without one is looked for in the history before it is sent again:
 * it is neither duplicated nor lost as long as the history can be read.
 */
export class OutgoingMessages {
  private readonly queue = new Mutex();
  private readonly rate = new SlidingWindow(PER_SECOND, SECOND_MS);
  private mayTypeAt = 0;

  constructor(
    private readonly liveChannel: LiveChannel,
    private readonly backfill: HistoryBackfill,
    private readonly incoming: IncomingMessages,
    private readonly ownMessages: OwnMessages,
    private readonly conversationStart: ConversationStart,
    private readonly frames: ClientFrames,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves with the message as the conversation holds it, once it is acknowledged. Rejects within a minute, or by
   * the signal, with an `UpstreamError` that tells whether the message may have arrived nevertheless.
   */
  async send(message: OutgoingMessage, sending: Sending, parent: AbortSignal): Promise<GuestMessage> {
    if (this.queue.size >= MAX_WAITING) throw new UpstreamUnavailableError({ reason: 'overload' });
    const delivery: Delivery = { ...sending, message, mayHaveArrived: false };
    return withDeadline(DELIVERY_TIMEOUT_MS, parent, async (signal, isOver) => {
      try {
        const delivered = this.queue.run(() => this.deliver(delivery, signal), signal);
        return await abortable(delivered, signal);
      } catch (error) {
        if (!delivery.mayHaveArrived) this.ownMessages.forget(sending.reference);
        if (!isOver()) throw error;
        const timeout = new UpstreamTimeoutError({ cause: error });
        timeout.mayHaveTakenEffect = delivery.mayHaveArrived;
        throw timeout;
      }
    });
  }

  /** Sends that the guest types, unless a recent event has said so or the rate is exhausted. */
  sendTyping(channel: RequestChannel): void {
    const now = performance.now();
    if (now < this.mayTypeAt || channel.requestWindow.waitMs > 0 || this.rate.waitMs > 0) return;
    this.mayTypeAt = now + TYPING_COOL_DOWN_MS;
    this.sendEvent(channel, this.frames.typing(uuid()));
  }

  /** Sends an event that needs no answer. It is an `onMessage` and counts towards the five a second. */
  sendEvent(channel: RequestChannel, frame: ClientFrame): void {
    this.rate.take();
    channel.requestWindow.take();
    channel.send(frame);
  }

  private async deliver(delivery: Delivery, signal: AbortSignal): Promise<GuestMessage> {
    delivery.mayHaveArrived = await this.mayBeRepeat(delivery, signal);
    // The history tells whether an earlier process has sent the attributes of the opening.
    if (this.conversationStart.hasPendingAttributes) await this.untilBackfilled(signal);
    for (let unanswered = 0; unanswered < MAX_SENDS;) {
      const channel = await this.untilAllowed(signal);
      const mayHaveArrivedBefore = delivery.mayHaveArrived;
      // The connection or the answer may have been lost: then only the history knows.
      const arrived = mayHaveArrivedBefore ? await this.findArrived(delivery, signal) : undefined;
      if (arrived !== undefined) return arrived;
      if (channel.isOver) continue;
      const outcome = await this.sendOnce(delivery, channel);
      if (typeof outcome === 'object') return outcome;
      if (outcome === 'unanswered') unanswered += 1;
      else if (!mayHaveArrivedBefore) {
        delivery.mayHaveArrived = false;
        this.ownMessages.forget(delivery.reference);
      }
    }
    const arrived = await this.findArrived(delivery, signal);
    if (arrived === undefined) throw new UpstreamTimeoutError();
    return arrived;
  }

  private async mayBeRepeat({ reference, isRepeatable }: Sending, signal: AbortSignal): Promise<boolean> {
    if (!isRepeatable) return false;
    await this.untilBackfilled(signal);
    return this.ownMessages.isUnsettled(reference) || !this.incoming.isNew(reference);
  }

  private async untilBackfilled(signal: AbortSignal): Promise<void> {
    await this.liveChannel(signal);
    await abortable(this.backfill.settled, signal);
  }

  /** Waits for a connection that may carry another message. */
  private async untilAllowed(signal: AbortSignal): Promise<RequestChannel> {
    for (;;) {
      const channel = await this.liveChannel(signal);
      const waitMs = Math.max(this.rate.waitMs, channel.requestWindow.waitMs);
      if (waitMs === 0) return channel;
      await pause(Math.ceil(waitMs), signal);
    }
  }

  /** Returns the acknowledged message, or the reason why there is none. Rejects when the server refuses the message. */
  private async sendOnce(delivery: Delivery, channel: RequestChannel): Promise<GuestMessage | Outcome> {
    const { reference, message } = delivery;
    delivery.mayHaveArrived = true;
    this.ownMessages.sent(reference, message, this.clock.now());
    this.rate.take();
    channel.requestWindow.take();
    try {
      const customAttributes = this.conversationStart.attributesWith(message.customAttributes);
      const frame = this.frames.message(reference, { ...message, ...omitUndefined({ customAttributes }) });
      const answer = await channel.request(frame, 'message', ACKNOWLEDGEMENT_TIMEOUT_MS);
      this.conversationStart.attributesArrived();
      this.ownMessages.settle(reference, answer.message);
      return answer.message;
    } catch (error) {
      if (isUncertain(error)) return 'unanswered';
      if (!(error instanceof UpstreamThrottledError)) throw error;
      this.rate.close(Math.min(MAX_RETRY_AFTER_MS, error.retryAfterMs));
      return 'throttled';
    }
  }

  private async findArrived({ reference }: Delivery, signal: AbortSignal): Promise<GuestMessage | undefined> {
    for (;;) {
      const channel = await this.liveChannel(signal);
      try {
        const recent = await this.backfill.readRecent(channel);
        const found = recent.find(
          (message) => message.direction === 'Inbound' && referenceOf(message) === reference,
        );
        if (found !== undefined) this.ownMessages.settle(reference, found);
        return found;
      } catch {
        // Sending without the history could duplicate the message; the delivery has a deadline.
        await pause(HISTORY_RETRY_MS, signal);
      }
    }
  }
}

/** Whether the message may have arrived although its answer did not, or cannot be read. */
function isUncertain(error: unknown): boolean {
  const isUnreadable = error instanceof UpstreamInvalidResponseError;
  return isUnreadable || error instanceof UpstreamTimeoutError || error instanceof UpstreamUnavailableError;
}
