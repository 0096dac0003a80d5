import type { OutgoingMessage } from './outgoing-message';

/** Maximum of the text of a guest's message, in bytes of UTF-8. */
export const MAX_TEXT_BYTES = 4096;
/** Maximum of the custom attributes, keys and values together, unless the session states another one. */
export const MAX_ATTRIBUTES_BYTES = 2048;

export function bytesOf(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** The size of custom attributes as the platform counts it: the bytes of all keys and values. */
export function attributesBytes(attributes: Readonly<Record<string, string>>): number {
  return Object.entries(attributes).reduce((sum, [key, value]) => sum + bytesOf(key) + bytesOf(value), 0);
}

/** The part of a message that exceeds the platform's limit; undefined for a message within the limits. */
export function oversizeOf(
  { text = '', customAttributes = {} }: OutgoingMessage,
  maxAttributesBytes: number = MAX_ATTRIBUTES_BYTES,
): 'text' | 'custom-attributes' | undefined {
  if (bytesOf(text) > MAX_TEXT_BYTES) return 'text';
  return attributesBytes(customAttributes) > maxAttributesBytes ? 'custom-attributes' : undefined;
}
