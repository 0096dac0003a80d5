import { AttachmentStore } from './attachment-store';
import {
  attributesTooLarge,
  GUEST_ERRORS,
  GuestError,
  messageTooLong,
  missingParameter,
} from './guest-error';
import { MessageContent } from './guest-message';
import { asFields, Fields, isFields, listOf, textOf } from './guest-request';
import { GuestSession } from './guest-session';
import { replyErrorIn } from './reply-checks';

const MAX_TEXT_BYTES = 4096;

export type Checked<T> = { readonly value: T } | { readonly error: GuestError };

/**
 * Checks a guest's message: text, attachments that it has uploaded and answers to questions, within the platform's
 * sizes.
 */
export function checkMessage(
  request: Fields,
  session: GuestSession,
  attachments: AttachmentStore,
  now: number,
): Checked<MessageContent> {
  const message = asFields(request['message']);
  const text = textOf(message['text']);
  const contents = listOf(message['content']);
  if (text === undefined && contents.length === 0) return { error: missingParameter('message') };
  if (textOf(message['type']) === undefined) return { error: missingParameter('type') };
  const bytes = Buffer.byteLength(text ?? '');
  if (bytes > MAX_TEXT_BYTES) return { error: messageTooLong(bytes) };
  const { maxCustomDataBytes, keepsMetadata } = session.deployment;
  if (attributeBytes(request) > maxCustomDataBytes) return { error: attributesTooLarge(maxCustomDataBytes) };
  const wrong = replyErrorIn(message, session.messages);
  if (wrong !== undefined) return { error: wrong };
  const filled = fillAttachments(contents, session.token, attachments, now);
  if ('error' in filled) return filled;
  const metadata = keepsMetadata ? metadataOf(message['metadata']) : undefined;
  return {
    value: {
      type: message['type'] === 'Structured' ? 'Structured' : 'Text',
      ...(text === undefined ? {} : { text }),
      ...(filled.value.length === 0 ? {} : { content: filled.value }),
      ...(metadata === undefined ? {} : { metadata }),
    },
  };
}

/** A `channel` beside the message is ignored, as Genesys Cloud does since 2026-06-05. */
export function attributesOf(request: Fields): Fields {
  const { metadata } = asFields(asFields(request['message'])['channel']);
  return asFields(asFields(metadata)['customAttributes']);
}

export function attributeBytes(request: Fields): number {
  return Object.entries(attributesOf(request)).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(asText(value)),
    0,
  );
}

function fillAttachments(
  contents: readonly Fields[],
  token: string,
  attachments: AttachmentStore,
  now: number,
): Checked<unknown[]> {
  const filled: unknown[] = [];
  for (const content of contents) {
    if (content['contentType'] !== 'Attachment') {
      filled.push(content);
      continue;
    }
    const attachment = attachments.find(token, textOf(asFields(content['attachment'])['id']) ?? '');
    if (attachment === undefined) return { error: GUEST_ERRORS.attachmentNotFound };
    if (now >= attachment.expiresAt) return { error: GUEST_ERRORS.attachmentExpired };
    if (attachment.content === undefined) return { error: GUEST_ERRORS.attachmentNotUploaded };
    filled.push(attachment.toContent());
  }
  return { value: filled };
}

function metadataOf(value: unknown): Record<string, string> | undefined {
  if (!isFields(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, content]) => [key, asText(content)]));
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
