import type { MessageAttachment } from '../../session/domain/conversation-message';
import type { LinkedAttachment, LinkedMediaType } from '../../session/ports/guest-messaging';
import { attachmentIdOf } from './attachment-id';

const MEDIA_TYPES: ReadonlyMap<string, LinkedMediaType> = new Map([
  ['image', 'Image'],
  ['video', 'Video'],
  ['audio', 'Audio'],
]);

/** A linked attachment with all that Genesys Cloud requires of one. */
export type CompleteAttachment = LinkedAttachment & { readonly mediaType: LinkedMediaType };

/** Derives a missing media type from the first part of the MIME type: `File` unless it is image, video or audio. */
export function completeAttachmentOf(attachment: LinkedAttachment): CompleteAttachment {
  const [type = ''] = attachment.mime.toLowerCase().split('/');
  return { ...attachment, mediaType: attachment.mediaType ?? MEDIA_TYPES.get(type) ?? 'File' };
}

/** The attachment in a message of the conversation. The URL is the caller's, whatever the platform makes of it. */
export function sentAttachmentOf(attachment: CompleteAttachment): MessageAttachment {
  return { id: attachmentIdOf(attachment.url), ...attachment };
}
