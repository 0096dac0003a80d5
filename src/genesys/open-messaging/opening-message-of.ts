import type { OpeningMessage } from '../../session/domain/opening-message';
import type { Conversation } from '../../session/ports/guest-channel';

/** The opening message of a session of this channel. Throws for any other session, and for an erased guest. */
export function openingMessageOf({ guestContext }: Conversation): OpeningMessage {
  const message = guestContext?.openingMessage;
  if (message === undefined) throw new Error('The session has no opening message.');
  return message;
}
