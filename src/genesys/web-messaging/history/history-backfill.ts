import { jittered } from '../../../common/time/jitter';
import { pause } from '../../../common/time/pause';
import type { GuestMessage } from '../frames/guest-message';
import type { HistoryReader } from '../socket/history-reader';
import type { RequestChannel } from '../connection/request-channel';
import type { IncomingMessages } from '../messages/incoming-messages';

const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 60_000;

/** Hears how reading the history went. */
export interface HistoryBackfillListener {
  onHistory(dialogue: RequestChannel, history: readonly GuestMessage[]): void;
  onHistoryFailed(error: unknown): void;
}

/**
 * What was said between two lines: Genesys replays nothing, so the history is read and merged. Messages wait for the
 * first try; when that fails they are handed over, and the history is tried for as long as the line lives.
 */
export class HistoryBackfill {
  private firstTry: Promise<boolean> = Promise.resolve(true);

  constructor(
    private readonly incoming: IncomingMessages,
    private readonly history: Pick<HistoryReader, 'read'>,
    private readonly listener: HistoryBackfillListener,
  ) {}

  /** Resolves when messages no longer wait; never rejects. */
  get settled(): Promise<boolean> {
    return this.firstTry;
  }

  /** Begins to fill the gap over a new line. */
  fill(dialogue: RequestChannel): void {
    this.firstTry = this.read(dialogue);
    void this.persist(dialogue);
  }

  private async persist(dialogue: RequestChannel): Promise<void> {
    let isFilled = await this.firstTry;
    for (let delayMs = FIRST_RETRY_MS; !isFilled; delayMs = Math.min(MAX_RETRY_MS, 2 * delayMs)) {
      // What fails for one conversation fails for all: they do not come again together.
      await pause(jittered(delayMs), dialogue.signal).catch(() => undefined);
      if (dialogue.isOver) return;
      isFilled = await this.read(dialogue);
    }
  }

  private async read(dialogue: RequestChannel): Promise<boolean> {
    try {
      const history = await this.history.read(dialogue, this.incoming.knownBefore);
      this.incoming.fill(history);
      this.listener.onHistory(dialogue, history);
      return true;
    } catch (error) {
      // A line that is lost again leaves the gap open: the next line fills it.
      if (dialogue.isOver) return false;
      this.incoming.release();
      this.listener.onHistoryFailed(error);
      return false;
    }
  }
}
