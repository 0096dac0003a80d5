import { bulkhead, BulkheadRejectedError } from 'cockatiel';
import { v4 as uuid } from 'uuid';
import {
  UpstreamError,
  UpstreamInvalidResponseError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from '../../../common/errors/upstream.errors';
import { abortable } from '../../../common/time/abortable';
import { withDeadline } from '../../../common/time/deadline';
import { pause } from '../../../common/time/pause';
import type { FileToUpload } from '../../../session/ports/guest-messaging';
import { errorOfFrame } from '../connection/refusal';
import type { LiveChannel, RequestChannel } from '../connection/request-channel';
import type { AnnouncedFile, ClientFrames } from '../frames/client-frame';
import type { PresignedUrl, ServerFrame } from '../frames/server-frame';
import { Mutex } from '../pacing/mutex';
import type { FileStorage } from './file-storage';

const AT_A_TIME = 3;
const ANSWER_TIMEOUT_MS = 10_000;
/** Includes the wait for a connection, and for its limit. */
const ANNOUNCEMENT_TIMEOUT_MS = 15_000;
const CONFIRMATION_TIMEOUT_MS = 30_000;
const WITHDRAWAL_TIMEOUT_MS = 5_000;

/** The storage location of a file, and the channel that announced the file. */
interface AnnouncedUpload {
  readonly url: PresignedUrl;
  readonly channel: RequestChannel;
}

/** A file in the storage whose confirmation by the platform is pending. */
interface PendingConfirmation {
  readonly outcome: Promise<void>;
  readonly succeed: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * Uploads the guest's files, at most three at a time: announces a file, puts it to the URL that the platform names, and
 * waits for the platform's confirmation. A file that fails in any of these steps is withdrawn, on a best-effort basis.
 */
export class Uploads {
  private readonly bulkhead = bulkhead(AT_A_TIME, 0);
  /** One announcement at a time, so that an answer without a tracing id belongs to it. */
  private readonly announcing = new Mutex();
  private readonly unconfirmed = new Map<string, PendingConfirmation>();

  constructor(
    private readonly liveChannel: LiveChannel,
    private readonly storage: FileStorage,
    private readonly frames: ClientFrames,
  ) {}

  /**
   * Resolves with the id of the attachment once messages can refer to it. Rejects with an `UpstreamError`, with the error
   * of the content, or with the reason of the signal.
   */
  async upload(file: FileToUpload, signal: AbortSignal): Promise<string> {
    try {
      return await this.bulkhead.execute(() => this.uploadOne(file, signal));
    } catch (error) {
      throw error instanceof BulkheadRejectedError
        ? new UpstreamUnavailableError({ reason: 'overload' })
        : error;
    }
  }

  /** Handles the confirmation of an upload, which is no answer to a request. */
  handle(frame: ServerFrame): void {
    if (frame.kind === 'upload-succeeded') this.unconfirmed.get(frame.attachmentId)?.succeed();
    if (frame.kind === 'upload-failed') this.unconfirmed.get(frame.attachmentId)?.fail(errorOfFrame(frame));
  }

  private async uploadOne(file: FileToUpload, signal: AbortSignal): Promise<string> {
    const { fileName, fileType, fileSize } = file;
    const announced = { attachmentId: uuid(), fileName, fileType, fileSize };
    const upload = await this.announcing.run(() => this.announce(announced, signal), signal);
    await this.store(upload, file, signal);
    return announced.attachmentId;
  }

  private announce(file: AnnouncedFile, parent: AbortSignal): Promise<AnnouncedUpload> {
    return withDeadline(ANNOUNCEMENT_TIMEOUT_MS, parent, async (signal, isOver) => {
      try {
        const channel = await this.untilAllowed(signal);
        return { url: await this.requestUrl(channel, file, signal), channel };
      } catch (error) {
        throw isOver() ? new UpstreamTimeoutError({ cause: error }) : error;
      }
    });
  }

  private async requestUrl(
    channel: RequestChannel,
    file: AnnouncedFile,
    signal: AbortSignal,
  ): Promise<PresignedUrl> {
    channel.requestWindow.take();
    try {
      const frame = this.frames.announceFile(uuid(), file);
      const answer = channel.request(frame, 'presigned-url', ANSWER_TIMEOUT_MS);
      const { upload } = await abortable(answer, signal);
      if (upload.attachmentId === file.attachmentId) return upload;
      throw new UpstreamInvalidResponseError('the address for another file');
    } catch (error) {
      // A refused file does not exist upstream.
      if (!(error instanceof UpstreamError) || error.mayHaveTakenEffect) this.withdraw(file.attachmentId);
      throw error;
    }
  }

  private async store(upload: AnnouncedUpload, file: FileToUpload, signal: AbortSignal): Promise<void> {
    const { attachmentId } = upload.url;
    const pending = pendingConfirmation();
    // The confirmation may come before the answer of the storage.
    this.unconfirmed.set(attachmentId, pending);
    try {
      await this.storage.put(upload.url, file, signal);
      await this.untilConfirmed(pending, upload, signal);
    } catch (error) {
      this.withdraw(attachmentId);
      throw error;
    } finally {
      this.unconfirmed.delete(attachmentId);
    }
  }

  private untilConfirmed(
    { outcome }: PendingConfirmation,
    upload: AnnouncedUpload,
    parent: AbortSignal,
  ): Promise<void> {
    return withDeadline(CONFIRMATION_TIMEOUT_MS, parent, async (signal, isOver) => {
      try {
        await abortable(Promise.race([outcome, this.untilFound(upload, signal)]), signal);
      } catch (error) {
        throw isOver() ? new UpstreamTimeoutError({ cause: error }) : error;
      }
    });
  }

  /** A confirmation is lost when there is no connection: every later connection is asked for the file. */
  private async untilFound(upload: AnnouncedUpload, signal: AbortSignal): Promise<void> {
    for (let { channel } = upload; ;) {
      await abortable(channel.ended, signal);
      channel = await this.liveChannel(signal);
      if (await this.isStored(channel, upload.url.attachmentId)) return;
    }
  }

  private async isStored(channel: RequestChannel, attachmentId: string): Promise<boolean> {
    channel.requestWindow.take();
    const frame = this.frames.getAttachment(uuid(), attachmentId);
    try {
      const { upload } = await channel.request(frame, 'presigned-url', ANSWER_TIMEOUT_MS);
      return upload.attachmentId === attachmentId;
    } catch {
      // The platform does not have the file yet, or does not answer: the confirmation may still come.
      return false;
    }
  }

  /** Runs in the background: a file that cannot be withdrawn now expires upstream. */
  private withdraw(attachmentId: string): void {
    const withdrawn = withDeadline(WITHDRAWAL_TIMEOUT_MS, new AbortController().signal, async (signal) => {
      (await this.liveChannel(signal)).send(this.frames.deleteAttachment(uuid(), attachmentId));
    });
    withdrawn.catch(() => undefined);
  }

  /** Waits for a connection that may carry another request. */
  private async untilAllowed(signal: AbortSignal): Promise<RequestChannel> {
    for (;;) {
      const channel = await this.liveChannel(signal);
      const { waitMs } = channel.requestWindow;
      if (waitMs === 0) return channel;
      await pause(Math.ceil(waitMs), signal);
    }
  }
}

function pendingConfirmation(): PendingConfirmation {
  let succeed: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const outcome = new Promise<void>((resolve, reject) => {
    succeed = resolve;
    fail = reject;
  });
  // The upload may fail before it waits for the outcome.
  outcome.catch(() => undefined);
  return { outcome, succeed, fail };
}
