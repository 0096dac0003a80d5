import { createHash } from 'node:crypto';

/** An id for an attachment that has only a URL: the same for the same URL, 32 hexadecimal digits. */
export function attachmentIdOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 32);
}
