import { Answer, emptyAnswer, problemAnswer } from '../server/answer';
import { only } from '../server/control-routes';
import { SimulatedRequest } from '../server/simulated-request';
import { Attachment } from './attachment';
import { AttachmentHandler } from './attachment-handler';
import { AttachmentStore } from './attachment-store';
import { SessionRegistry } from './session-registry';

const PATH = /^\/(_uploads|_downloads)\/([0-9a-f]+)$/;

export const UPLOADS = '/_uploads/';

/** The storage behind the presigned addresses, for the upload of announced files and for downloads. */
export class FileEndpoint {
  constructor(
    private readonly store: AttachmentStore,
    private readonly handler: AttachmentHandler,
    private readonly registry: SessionRegistry,
    private readonly now: () => number,
  ) {}

  /** Returns undefined for any other path. */
  answer(request: SimulatedRequest): Answer | undefined {
    const [, place, key = ''] = PATH.exec(request.path) ?? [];
    if (place === undefined) return undefined;
    const attachment = this.store.findByKey(key);
    if (attachment === undefined || this.now() >= attachment.expiresAt) {
      return problemAnswer(403, 'the address is unknown or has expired');
    }
    return place === '_uploads'
      ? only('PUT', request, () => this.upload(request, attachment))
      : only('GET', request, () => download(attachment));
  }

  /** The storage accepts any bytes; the socket reports a mismatch with the announcement. */
  private upload(request: SimulatedRequest, attachment: Attachment): Answer {
    if (request.headers['x-amz-tagging'] !== attachment.tagging) {
      return problemAnswer(403, 'the headers are not those that were handed out');
    }
    if (request.isTooLarge) return problemAnswer(413, 'the file is too large');
    this.registry.find(attachment.token)?.broadcast(this.handler.upload(attachment, request.bytes));
    return emptyAnswer(200);
  }
}

function download({ content, file }: Attachment): Answer {
  if (content === undefined) return problemAnswer(404, 'nothing was uploaded');
  return { status: 200, headers: { 'content-type': file.fileType }, body: '', bytes: content };
}
