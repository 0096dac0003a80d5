import { BoundedMap } from '../../../common/bounded-map';
import { type GuestMessage, referenceOf, withReference } from '../frames/guest-message';
import type { OutgoingMessage } from '../frames/outgoing-message';

const MAX_ACKNOWLEDGED = 100;
const MAX_UNSETTLED = 100;
/** Tolerated lag of the server's clock behind the clock of this process. */
const MAX_SKEW_MS = 30_000;

interface Sent {
  readonly message: OutgoingMessage;
  /** Epoch milliseconds of the first attempt. */
  readonly at: number;
}

/**
 * Registry of the messages that this process has sent, at most a hundred of each kind:
 *
 *   sent ── settle() ──▶ acknowledged, and known by the server's id
 *     └──── forget() ──▶ unknown: the server did not accept it
 *
 * A server may not keep the metadata of guests: the registry then restores the references of messages in the history.
 */
export class OwnMessages {
  /** References of acknowledged messages by the server's ids. */
  private readonly acknowledged = new BoundedMap<string, string>(MAX_ACKNOWLEDGED);
  private readonly unsettled = new BoundedMap<string, Sent>(MAX_UNSETTLED);

  /** Whether a message with this reference may have arrived without an acknowledgement. */
  isUnsettled(reference: string): boolean {
    return this.unsettled.has(reference);
  }

  /** Records the first attempt; later ones change nothing. */
  sent(reference: string, message: OutgoingMessage, at: number): void {
    if (!this.unsettled.has(reference)) this.unsettled.set(reference, { message, at });
  }

  settle(reference: string, { id }: GuestMessage): void {
    this.unsettled.delete(reference);
    if (id !== undefined) this.acknowledged.set(id, reference);
  }

  forget(reference: string): void {
    this.unsettled.delete(reference);
  }

  /** Returns the history, newest first, with the references of own messages restored. */
  recognise(history: readonly GuestMessage[]): readonly GuestMessage[] {
    return history.map((message) => {
      if (referenceOf(message) !== undefined) return message;
      const reference = this.acknowledged.get(message.id ?? '') ?? this.settledBy(message);
      return reference === undefined ? message : withReference(message, reference);
    });
  }

  private settledBy(found: GuestMessage): string | undefined {
    const [reference] = [...this.unsettled].findLast(([, sent]) => isSame(sent, found)) ?? [];
    if (reference !== undefined && found.id !== undefined) this.settle(reference, found);
    return reference;
  }
}

/** Compares by the files, whose ids are unique to this service, or by the text. Messages of other processes cannot be recognised. */
function isSame({ message, at }: Sent, found: GuestMessage): boolean {
  if (found.direction !== 'Inbound' || found.type === 'Event') return false;
  if ((found.at ?? at) < at - MAX_SKEW_MS) return false;
  const { text, attachmentIds = [] } = message;
  if (attachmentIds.length > 0) {
    const files = found.content.map((content) => content.kind === 'attachment' && content.attachment.id);
    return attachmentIds.every((id) => files.includes(id));
  }
  // An answer may have an empty text, which does not distinguish it from other answers.
  return text !== undefined && text !== '' && found.text === text;
}
