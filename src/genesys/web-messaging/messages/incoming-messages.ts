import type { GuestMessage } from '../frames/guest-message';
import { KnownMessages } from '../connection/recent-ids';

/** How long a message waits for others that were sent before it and overtaken: order is not guaranteed upstream. */
const GATHER_MS = 50;
const MAX_GATHERED = 500;
/** Ids that are remembered; a page of history, which is where doubles come from, has 25. */
const MAX_KNOWN = 500;
const MAX_REFERENCES = 100;

/**
 * Hands over each message once, by its id, and what arrives together in the order of `channel.time`. While it is
 * held, messages wait for the history that tells what came before them.
 */
export class IncomingMessages {
  private readonly known = new KnownMessages(MAX_KNOWN);
  private gathered: GuestMessage[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isHeld = false;
  private before: ReadonlySet<string> | undefined;
  private lastId: string | undefined;
  private readonly references = new KnownMessages(MAX_REFERENCES);

  constructor(private readonly handOver: (message: GuestMessage) => void) {}

  /** Of some message of the conversation. */
  get anyId(): string | undefined {
    return this.lastId;
  }

  /** Whether it is certain that no message of this reference came before: not while something may have been missed. */
  isNew(reference: string): boolean {
    return this.before === undefined && !this.references.has(reference);
  }

  /** The ids that were known when the line was lost last, or are known now when nothing was missed since. */
  get knownBefore(): ReadonlySet<string> {
    return this.before ?? this.known.snapshot();
  }

  /** The line is lost: messages may be missed from here on, and wait until it is known which. */
  lose(): void {
    this.before ??= this.known.snapshot();
    this.hold();
  }

  /** Messages wait until `release`. */
  hold(): void {
    this.flush();
    this.isHeld = true;
  }

  /** Whatever was missed is among `history`; it is handed over with what waited. */
  fill(history: readonly GuestMessage[]): void {
    for (const message of history) this.gather(message);
    this.before = undefined;
    this.release();
  }

  /** A part of the history that may tell news. */
  merge(history: readonly GuestMessage[]): void {
    for (const message of history) this.gather(message);
    if (!this.isHeld) this.flush();
  }

  /** Messages wait no more. */
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

  /** Hands over what waits. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const messages = this.gathered;
    this.gathered = [];
    // A stable order: what has no time stays where it came.
    for (const message of messages.sort((one, other) => (one.at ?? 0) - (other.at ?? 0)))
      this.handOver(message);
  }

  private gather(message: GuestMessage): void {
    const { id } = message;
    if (id !== undefined) {
      if (!this.known.add(id)) return;
      this.lastId = id;
      const { id: reference } = message.metadata;
      if (reference !== undefined) this.references.add(reference);
    }
    this.gathered.push(message);
  }
}
