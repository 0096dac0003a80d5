import { createHash, randomBytes } from 'node:crypto';

export interface AttachmentFile {
  readonly fileName: string;
  readonly fileType: string;
  readonly fileSize: number;
}

/** A file that a guest has announced: the guest first gets an upload address and then sends the file there. */
export class Attachment {
  /** The secret part of the upload and download addresses; it is the only credential for them. */
  readonly key = randomBytes(16).toString('hex');
  /** Value of the tagging header that the upload has to have, as the storage requires. */
  readonly tagging = randomBytes(8).toString('hex');
  content: Buffer | undefined;

  constructor(
    readonly id: string,
    /** The guest's token. */
    readonly token: string,
    readonly file: AttachmentFile,
    readonly baseUrl: string,
    readonly expiresAt: number,
  ) {}

  get uploadUrl(): string {
    return `${this.baseUrl}/_uploads/${this.key}`;
  }

  get downloadUrl(): string {
    return `${this.baseUrl}/_downloads/${this.key}`;
  }

  /** The attachment as it is in the content of a message. */
  toContent(): unknown {
    const { fileName, fileType, fileSize } = this.file;
    return {
      contentType: 'Attachment',
      attachment: {
        id: this.id,
        filename: fileName,
        mediaType: mediaTypeOf(fileType),
        fileSize,
        mime: fileType,
        url: this.downloadUrl,
        ...(this.content === undefined ? {} : { sha256: sha256Of(this.content) }),
      },
    };
  }
}

function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function mediaTypeOf(mime: string): string {
  const family = mime.split('/')[0];
  if (family === 'image') return 'Image';
  if (family === 'audio') return 'Audio';
  return family === 'video' ? 'Video' : 'File';
}
