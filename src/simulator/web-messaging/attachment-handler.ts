import { randomUUID } from 'node:crypto';
import { Attachment, AttachmentFile } from './attachment';
import { AttachmentStore } from './attachment-store';
import { Deployment } from './deployment';
import { ServerConnection } from './server-connection';
import { errorFrame, GUEST_ERRORS, GuestError } from './guest-error';
import { Fields, GuestRequest, textOf } from './guest-request';
import { GuestSession } from './guest-session';
import { event, response, ServerFrame } from './server-frame';
import { WebMessagingSettings } from './web-messaging-options';

const MAX_NAME_LENGTH = 1024;

/** Issues upload addresses to guests and reports the results of uploads to them. */
export class AttachmentHandler {
  constructor(
    private readonly store: AttachmentStore,
    private readonly settings: WebMessagingSettings,
  ) {}

  /** Answers with the upload address, or with the reason for a refusal. */
  announce(connection: ServerConnection, request: GuestRequest, session: GuestSession): ServerFrame {
    const { fields, tracingId } = request;
    const id = textOf(fields['attachmentId']) ?? randomUUID();
    const file = fileIn(fields);
    const error = errorIn(file, session.deployment);
    if (error !== undefined) {
      const body = { attachmentId: id, errorCode: error.code, errorMessage: error.text };
      return { ...response('GenerateUrlError', body, tracingId), code: 400 };
    }
    const expiresAt = this.settings.now() + this.settings.attachmentSeconds * 1000;
    const attachment = new Attachment(id, session.token, file, connection.place.baseUrl, expiresAt);
    this.store.add(attachment);
    return placeFrame(attachment, attachment.uploadUrl, { 'x-amz-tagging': attachment.tagging }, tracingId);
  }

  /** Makes a new download address for the file. */
  show({ fields, tracingId }: GuestRequest, session: GuestSession): ServerFrame {
    const attachment = this.store.find(session.token, textOf(fields['attachmentId']) ?? '');
    if (attachment === undefined) return errorFrame(GUEST_ERRORS.attachmentNotFound, tracingId);
    if (this.settings.now() >= attachment.expiresAt) {
      return errorFrame(GUEST_ERRORS.attachmentExpired, tracingId);
    }
    if (attachment.content === undefined) return errorFrame(GUEST_ERRORS.attachmentNotUploaded, tracingId);
    return placeFrame(attachment, attachment.downloadUrl, {}, tracingId);
  }

  remove({ fields, tracingId }: GuestRequest, session: GuestSession): ServerFrame {
    const attachment = this.store.find(session.token, textOf(fields['attachmentId']) ?? '');
    if (attachment === undefined) return errorFrame(GUEST_ERRORS.attachmentNotFound, tracingId);
    this.store.remove(attachment);
    return event('AttachmentDeletedResponse', { attachmentId: attachment.id }, tracingId);
  }

  /** Stores the bytes; the frame tells whether they match the announcement. */
  upload(attachment: Attachment, content: Buffer): ServerFrame {
    const timestamp = new Date(this.settings.now()).toISOString();
    const { id: attachmentId, downloadUrl, file } = attachment;
    if (content.length !== file.fileSize) {
      const { code: errorCode, text: errorMessage } = GUEST_ERRORS.fileContent;
      return event('UploadFailureEvent', { attachmentId, errorCode, errorMessage, timestamp });
    }
    this.store.fill(attachment, content);
    return event('UploadSuccessEvent', { attachmentId, downloadUrl, timestamp });
  }
}

function placeFrame(
  { id, file: { fileName, fileSize, fileType } }: Attachment,
  url: string,
  headers: Readonly<Record<string, string>>,
  tracingId: string | undefined,
): ServerFrame {
  const body = { attachmentId: id, headers, url, fileName, fileSize, fileType };
  return response('PresignedUrlResponse', body, tracingId);
}

function fileIn(fields: Fields): AttachmentFile {
  const fileSize = fields['fileSize'];
  return {
    fileName: textOf(fields['fileName']) ?? '',
    fileType: textOf(fields['fileType']) ?? '',
    fileSize: Number.isSafeInteger(fileSize) ? Number(fileSize) : 0,
  };
}

function errorIn(file: AttachmentFile, deployment: Deployment): GuestError | undefined {
  const { fileUpload, blockedExtensions } = deployment;
  // Without `enableAttachments` the modes alone define the files that guests may send.
  if (fileUpload.modes.length === 0) return GUEST_ERRORS.featureUnavailable;
  if (file.fileName.length >= MAX_NAME_LENGTH) return GUEST_ERRORS.fileNameTooLong;
  const extension = /.(\.[^./\\]+)$/.exec(file.fileName)?.[1]?.toLowerCase();
  if (extension === undefined) return GUEST_ERRORS.fileName;
  if (blockedExtensions.includes(extension)) return GUEST_ERRORS.fileType;
  const mode = fileUpload.modes.find(({ fileTypes }) =>
    fileTypes.some((type) => accepts(type, file.fileType)),
  );
  if (mode === undefined) return GUEST_ERRORS.fileType;
  if (file.fileSize <= 0) return GUEST_ERRORS.fileEmpty;
  return file.fileSize <= mode.maxFileSizeKB * 1024 ? undefined : GUEST_ERRORS.fileSize;
}

function accepts(pattern: string, mime: string): boolean {
  if (pattern === '*/*') return mime.includes('/');
  return pattern.endsWith('/*') ? mime.startsWith(pattern.slice(0, -1)) : pattern === mime;
}
