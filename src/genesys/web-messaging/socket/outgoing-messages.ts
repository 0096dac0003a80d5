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
import type { OutgoingMessage } from '../frames/outgoing-message';
import { OneByOne } from '../pacing/one-by-one';
import { SlidingWindow } from '../pacing/sliding-window';
import type { Dialogue } from './dialogue';

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

type Outcome = 'acknowledged' | 'unanswered' | 'throttled';

interface Progress {
  mayHaveArrived: boolean;
}

/** Where messages go, and where it is looked up whether they arrived. */
export interface MessageWay {
  /** The line, as soon as there is one. */
  live(signal: AbortSignal): Promise<Dialogue>;
  /** Whether the message stands in the conversation. Rejects when that cannot be told. */
  hasArrived(id: string, dialogue: Dialogue): Promise<boolean>;
}

/**
 * Sends the guest's messages one after the other, at most 5 a second and as many as a connection may carry. The
 * message that comes back is the acknowledgement. One whose acknowledgement is lost is looked for in the history
 * before it is sent again: it is neither doubled nor lost as long as the history can be read.
 */
export class OutgoingMessages {
  private readonly line = new OneByOne();
  private readonly rate = new SlidingWindow(PER_SECOND, SECOND_MS);
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
    const progress: Progress = { mayHaveArrived: false };
    return withDeadline(DELIVERED_WITHIN_MS, parent, async (signal, isOver) => {
      try {
        const delivered = this.line.run(() => this.deliver(message, progress, signal), signal);
        return await abortable(delivered, signal);
      } catch (error) {
        if (!isOver()) throw error;
        const late = new UpstreamTimeoutError({ cause: error });
        late.mayHaveTakenEffect = progress.mayHaveArrived;
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

  private async deliver(message: OutgoingMessage, progress: Progress, signal: AbortSignal): Promise<string> {
    const id = uuid();
    for (let unanswered = 0; unanswered < MAX_SENDS;) {
      const dialogue = await this.turn(signal);
      const wasDoubtful = progress.mayHaveArrived;
      // The line may have been lost, or the answer: then nobody but the history knows.
      if (wasDoubtful && (await this.hasArrived(id, signal))) return id;
      if (dialogue.isOver) continue;
      progress.mayHaveArrived = true;
      const outcome = await this.send(id, message, dialogue);
      if (outcome === 'acknowledged') return id;
      if (outcome === 'unanswered') unanswered += 1;
      else progress.mayHaveArrived = wasDoubtful;
    }
    if (await this.hasArrived(id, signal)) return id;
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
  private async send(id: string, message: OutgoingMessage, dialogue: Dialogue): Promise<Outcome> {
    this.rate.take();
    dialogue.room.take();
    try {
      await dialogue.ask(this.frames.message(id, message), 'message', ACKNOWLEDGED_WITHIN_MS);
      return 'acknowledged';
    } catch (error) {
      if (isUncertain(error)) return 'unanswered';
      if (!(error instanceof UpstreamThrottledError)) throw error;
      this.rate.close(Math.min(MAX_ASKED_MS, error.retryAfterMs));
      return 'throttled';
    }
  }

  private async hasArrived(id: string, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const dialogue = await this.way.live(signal);
      try {
        return await this.way.hasArrived(id, dialogue);
      } catch {
        // To send it now could double it: whoever waits for the message has a deadline.
        await pause(LOOK_AGAIN_MS, signal);
      }
    }
  }
}

function isUncertain(error: unknown): boolean {
  return error instanceof UpstreamTimeoutError || error instanceof UpstreamUnavailableError;
}
