import { RecentIds } from '../connection/recent-ids';
import type { GuestMessage } from '../frames/guest-message';
import type { Notify } from '../socket/socket-listener';
import type { ConversationStart } from './conversation-start';

/** Time that a message waits for earlier ones that it has overtaken: the upstream does not guarantee the order. */
const GATHER_MS = 50;
const MAX_GATHERED = 500;
/** Maximum of remembered ids; duplicates come from the history, a page of which has 25 messages. */
const MAX_KNOWN = 500;
const MAX_REFERENCES = 100;

/**
 * Hands each message over once, by its id, and messages that arrive together in the order of `channel.time`. While it
 * is held, messages wait for the history of the time before them.
 */
export class IncomingMessages {
  private readonly knownIds = new RecentIds(MAX_KNOWN);
  private readonly references = new RecentIds(MAX_REFERENCES);
  private gathered: GuestMessage[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isHeld = false;
  private idsBeforeLoss: ReadonlySet<string> | undefined;
  private lastId: string | undefined;

  constructor(
    private readonly conversationStart: ConversationStart,
    private readonly notify: Notify,
  ) {}

  /** The id of any message of the conversation. */
  get anyId(): string | undefined {
    return this.lastId;
  }

  /** Whether certainly no earlier message has this reference; false while messages may have been missed. */
  isNew(reference: string): boolean {
    return this.idsBeforeLoss === undefined && !this.references.has(reference);
  }

  /** The ids that were known when the connection was lost, or are known now when none was missed since. */
  get knownBefore(): ReadonlySet<string> {
    return this.idsBeforeLoss ?? this.knownIds.snapshot();
  }

  /** The connection is lost: messages may be missed from here on, and later ones wait for the history. */
  lose(): void {
    this.idsBeforeLoss ??= this.knownIds.snapshot();
    this.flush();
    this.isHeld = true;
  }

  /** Hands over `history`, which holds all missed messages, together with the messages that waited for it. */
  fill(history: readonly GuestMessage[]): void {
    for (const message of history) this.gather(message);
    this.idsBeforeLoss = undefined;
    this.release();
  }

  /** Hands over the new messages in a part of the history. */
  merge(history: readonly GuestMessage[]): void {
    for (const message of history) this.gather(message);
    if (!this.isHeld) this.flush();
  }

  /** Messages no longer wait for the history. */
  release(): void {
    this.isHeld = false;
    this.flush();
  }

  take(message: GuestMessage): void {
    this.gather(message);
    if (this.gathered.length >= MAX_GATHERED) this.flush();
    else if (this.gathered.length > 0 && !this.isHeld)
      this.timer ??= setTimeout(() => {
        this.flush();
      }, GATHER_MS);
  }

  /** Hands over the messages that wait. */
  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const messages = this.gathered;
    this.gathered = [];
    // The sort is stable: messages without a time stay in the order of their arrival.
    for (const message of messages.sort((one, other) => (one.at ?? 0) - (other.at ?? 0)))
      this.handOver(message);
  }

  private handOver(message: GuestMessage): void {
    this.conversationStart.onMessage(message);
    this.notify((listener) => {
      listener.onMessage(message);
    });
  }

  private gather(message: GuestMessage): void {
    const { id } = message;
    if (id !== undefined) {
      if (!this.knownIds.add(id)) return;
      this.lastId = id;
      const { id: reference } = message.metadata;
      if (reference !== undefined) this.references.add(reference);
    }
    this.gathered.push(message);
  }
}
