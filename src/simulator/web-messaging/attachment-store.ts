import { Attachment } from './attachment';

const MAX_ATTACHMENTS = 10_000;
const MAX_CONTENT_BYTES = 128 * 1024 * 1024;

/** The attachments of all guests: at most 10,000 and 128 MB of content; beyond that the oldest are removed. */
export class AttachmentStore {
  private readonly byKey = new Map<string, Attachment>();
  private readonly keys = new Map<string, string>();
  private contentBytes = 0;

  add(attachment: Attachment): void {
    const known = this.find(attachment.token, attachment.id);
    if (known !== undefined) this.remove(known);
    this.byKey.set(attachment.key, attachment);
    this.keys.set(nameOf(attachment.token, attachment.id), attachment.key);
    this.forgetOldest();
  }

  find(token: string, id: string): Attachment | undefined {
    const key = this.keys.get(nameOf(token, id));
    return key === undefined ? undefined : this.byKey.get(key);
  }

  findByKey(key: string): Attachment | undefined {
    return this.byKey.get(key);
  }

  fill(attachment: Attachment, content: Buffer): void {
    this.contentBytes += content.length - (attachment.content?.length ?? 0);
    attachment.content = content;
    this.forgetOldest();
  }

  remove(attachment: Attachment): void {
    this.byKey.delete(attachment.key);
    this.keys.delete(nameOf(attachment.token, attachment.id));
    this.contentBytes -= attachment.content?.length ?? 0;
  }

  clear(): void {
    this.byKey.clear();
    this.keys.clear();
    this.contentBytes = 0;
  }

  private forgetOldest(): void {
    for (const oldest of this.byKey.values()) {
      if (this.byKey.size <= MAX_ATTACHMENTS && this.contentBytes <= MAX_CONTENT_BYTES) return;
      this.remove(oldest);
    }
  }
}

/** Guests choose the ids, so two guests may choose the same one. */
function nameOf(token: string, id: string): string {
  return JSON.stringify([token, id]);
}
