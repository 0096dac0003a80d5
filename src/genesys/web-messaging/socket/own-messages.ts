import { BoundedMap } from '../../../common/bounded-map';
import type { GuestMessage } from '../frames/guest-message';
import type { OutgoingMessage } from '../frames/outgoing-message';

const MAX_ACKNOWLEDGED = 100;
const MAX_UNSETTLED = 100;
/** How far the server's clock may be behind ours. */
const MAX_SKEW_MS = 30_000;

interface Sent {
  readonly message: OutgoingMessage;
  /** Epoch milliseconds of the first attempt. */
  readonly at: number;
}

/**
 * Messages that this process has sent, at most a hundred of each kind:
 *
 *   sent ── settle() ──▶ acknowledged, and known by the server's id
 *     └──── forget() ──▶ unknown: the server did not take it
 *
 * Servers may keep no metadata of guests: then the reference of a message is restored in what is read of the history.
 */
export class OwnMessages {
  /** References by the server's ids. */
  private readonly acknowledged = new BoundedMap<string, string>(MAX_ACKNOWLEDGED);
  private readonly unsettled = new BoundedMap<string, Sent>(MAX_UNSETTLED);

  /** Whether a message of this reference may have arrived without an acknowledgement. */
  isUnsettled(reference: string): boolean {
    return this.unsettled.has(reference);
  }

  /** The first attempt counts. */
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

  /** The history, which has the newest first, with the references of messages that are ours. */
  recognise(history: readonly GuestMessage[]): readonly GuestMessage[] {
    return history.map((message) => {
      if (referenceOf(message) !== undefined) return message;
      const reference = this.acknowledged.get(message.id ?? '') ?? this.settledBy(message);
      return reference === undefined ? message : underReference(message, reference);
    });
  }

  private settledBy(found: GuestMessage): string | undefined {
    const [reference] = [...this.unsettled].findLast(([, sent]) => isSame(sent, found)) ?? [];
    if (reference !== undefined && found.id !== undefined) this.settle(reference, found);
    return reference;
  }
}

/** The reference of a message that came back with its metadata. */
export function referenceOf({ metadata }: GuestMessage): string | undefined {
  return metadata['id'];
}

/** The message as if it had come back with its metadata. Only texts of the guest have a reference. */
export function underReference(message: GuestMessage, reference: string): GuestMessage {
  const isOurs = message.direction === 'Inbound' && message.type !== 'Event';
  if (!isOurs || referenceOf(message) !== undefined) return message;
  return { ...message, metadata: { ...message.metadata, id: reference } };
}

/** By its files, whose ids are ours alone, or by its text. What another process has sent cannot be told from others. */
function isSame({ message, at }: Sent, found: GuestMessage): boolean {
  if (found.direction !== 'Inbound' || found.type === 'Event') return false;
  if ((found.at ?? at) < at - MAX_SKEW_MS) return false;
  const { text, attachmentIds = [] } = message;
  if (attachmentIds.length > 0) {
    const files = found.content.map((content) => content.kind === 'attachment' && content.attachment.id);
    return attachmentIds.every((id) => files.includes(id));
  }
  // An answer may have an empty text, which tells it from no other answer.
  return text !== undefined && text !== '' && found.text === text;
}
