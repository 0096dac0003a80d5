import { v4 as uuid } from 'uuid';
import { jittered } from '../../../common/time/jitter';
import { pause } from '../../../common/time/pause';
import { sleep } from '../../../common/time/sleep';
import type { RequestChannel } from '../connection/request-channel';
import type { ClientFrames } from '../frames/client-frame';
import type { GuestMessage } from '../frames/guest-message';
import type { GuestHistory } from '../history/guest-history';
import { SlidingWindow } from '../pacing/sliding-window';
import type { ConversationStart } from './conversation-start';
import type { IncomingMessages } from './incoming-messages';
import type { OwnMessages } from './own-messages';

const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 60_000;
const JWT_TIMEOUT_MS = 5_000;
/** The platform's limit for the pages of a session. */
const PAGES_PER_MINUTE = 10;
const WINDOW_MS = 63_000;
/** Maximum of pages that are read at once; no more is missed between two connections. */
const MAX_PAGES = 8;

/**
 * Backfills the messages between two connections from the history, since Genesys Cloud replays nothing. Messages wait for
 * the first attempt; when it fails they are handed over, and further attempts follow as long as the connection lives.
 */
export class HistoryBackfill {
  private readonly pages = new SlidingWindow(PAGES_PER_MINUTE, WINDOW_MS);
  private firstAttempt: Promise<boolean> = Promise.resolve(true);

  constructor(
    private readonly history: GuestHistory,
    private readonly frames: ClientFrames,
    private readonly incoming: IncomingMessages,
    private readonly ownMessages: OwnMessages,
    private readonly conversationStart: ConversationStart,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Resolves when messages no longer wait for the history; never rejects. */
  get settled(): Promise<boolean> {
    return this.firstAttempt;
  }

  /** Starts the backfill over a new connection. */
  start(channel: RequestChannel): void {
    this.firstAttempt = this.backfill(channel);
    void this.retry(channel);
  }

  /**
   * Reads the newest pages, hands over the new messages in them and returns all, with the references of own messages.
   * Rejects when the history cannot be read.
   */
  async readRecent(channel: RequestChannel): Promise<readonly GuestMessage[]> {
    const history = await this.read(channel);
    this.incoming.merge(history);
    return history;
  }

  private async retry(channel: RequestChannel): Promise<void> {
    let isDone = await this.firstAttempt;
    for (let delayMs = FIRST_RETRY_MS; !isDone; delayMs = Math.min(MAX_RETRY_MS, 2 * delayMs)) {
      // A failure mostly concerns all conversations: jitter spreads their retries.
      await sleep(jittered(delayMs), channel.signal);
      if (channel.isOver) return;
      isDone = await this.backfill(channel);
    }
  }

  private async backfill(channel: RequestChannel): Promise<boolean> {
    try {
      const history = await this.read(channel);
      this.incoming.fill(history);
      this.conversationStart.onHistory(channel, history.length === 0);
      return true;
    } catch (error) {
      // A connection that has ended leaves the backfill to the next one.
      if (channel.isOver) return false;
      this.incoming.release();
      this.onFailure(error);
      return false;
    }
  }

  /** Reads pages until one holds a known id, within the platform's limit. Rejects also when the connection ends. */
  private async read(channel: RequestChannel): Promise<readonly GuestMessage[]> {
    const knownIds = this.incoming.knownBefore;
    const { jwt } = await channel.request(this.frames.getJwt(uuid()), 'jwt', JWT_TIMEOUT_MS);
    const read: GuestMessage[] = [];
    for (let number = 1; number <= MAX_PAGES; number += 1) {
      await pause(Math.ceil(this.pages.waitMs), channel.signal);
      this.pages.take();
      const { messages, isLast } = await this.history.page(jwt, number, channel.signal);
      read.push(...messages);
      if (isLast || messages.some(({ id }) => id !== undefined && knownIds.has(id))) break;
    }
    return this.ownMessages.recognise(read);
  }
}
