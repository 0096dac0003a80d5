import { v4 as uuid } from 'uuid';
import { pause } from '../../../common/time/pause';
import type { ClientFrames } from '../frames/client-frame';
import type { GuestMessage } from '../frames/guest-message';
import { SlidingWindow } from '../pacing/sliding-window';
import type { RequestChannel } from '../connection/request-channel';
import type { GuestHistory } from '../history/guest-history';

const JWT_TIMEOUT_MS = 5_000;
/** The platform allows a session so many pages a minute. */
const PAGES_PER_MINUTE = 10;
const WINDOW_MS = 63_000;
/** What is read of a history at most; nobody misses more between two lines. */
const MAX_PAGES = 8;

/** Reads the newest part of a history, back to what is known, within the platform's limit for a session. */
export class HistoryReader {
  private readonly window = new SlidingWindow(PAGES_PER_MINUTE, WINDOW_MS);

  constructor(
    private readonly history: GuestHistory,
    private readonly frames: ClientFrames,
  ) {}

  /** Pages are read until one holds a known id. Rejects with an `UpstreamError`, also when the line ends. */
  async read(dialogue: RequestChannel, known: ReadonlySet<string>): Promise<readonly GuestMessage[]> {
    const { jwt } = await dialogue.ask(this.frames.getJwt(uuid()), 'jwt', JWT_TIMEOUT_MS);
    const read: GuestMessage[] = [];
    for (let number = 1; number <= MAX_PAGES; number += 1) {
      await this.turn(dialogue.signal);
      const { messages, isLast } = await this.history.page(jwt, number, dialogue.signal);
      read.push(...messages);
      if (isLast || messages.some(({ id }) => id !== undefined && known.has(id))) break;
    }
    return read;
  }

  private async turn(signal: AbortSignal): Promise<void> {
    await pause(Math.ceil(this.window.waitMs), signal);
    this.window.take();
  }
}
