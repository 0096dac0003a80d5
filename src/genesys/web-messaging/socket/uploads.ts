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
import type { AnnouncedFile, ClientFrames } from '../frames/client-frame';
import type { PresignedUrl, ServerFrame } from '../frames/server-frame';
import { Mutex } from '../pacing/mutex';
import type { FileStorage } from '../upload/file-storage';
import { AwaitedUpload } from './awaited-upload';
import type { RequestChannel } from './request-channel';
import { errorOfFrame } from './refusal';

const AT_A_TIME = 3;
const ANSWERED_WITHIN_MS = 10_000;
/** With the wait for a line, and for what a connection may carry. */
const ANNOUNCED_WITHIN_MS = 15_000;
const TOLD_WITHIN_MS = 30_000;
const WITHDRAWN_WITHIN_MS = 5_000;

/** Where a file goes, and the line that it was announced on. */
interface Place {
  readonly url: PresignedUrl;
  readonly line: RequestChannel;
}

/** Gives the line, as soon as there is one. */
type LineWay = (signal: AbortSignal) => Promise<RequestChannel>;

/**
 * Uploads the guest's files, at most three at a time: announces a file, puts it where the platform says, and waits until
 * the platform says that it has it. A file of which any of this fails is withdrawn, as far as that can be said.
 */
export class Uploads {
  private readonly bulkhead = bulkhead(AT_A_TIME, 0);
  /** An answer without a tracing id is then nobody else's. */
  private readonly announcing = new Mutex();
  private readonly awaited = new Map<string, AwaitedUpload>();

  constructor(
    private readonly live: LineWay,
    private readonly storage: FileStorage,
    private readonly frames: ClientFrames,
  ) {}

  /**
   * Resolves with the id of the attachment once messages can refer to it. Rejects with an `UpstreamError`, with what the
   * content fails with, or with the reason of the signal.
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

  /** What the server tells of uploads comes by itself. */
  hear(frame: ServerFrame): void {
    if (frame.kind === 'upload-succeeded') this.awaited.get(frame.attachmentId)?.succeed();
    if (frame.kind === 'upload-failed') this.awaited.get(frame.attachmentId)?.fail(errorOfFrame(frame));
  }

  private async uploadOne(file: FileToUpload, signal: AbortSignal): Promise<string> {
    const { fileName, fileType, fileSize } = file;
    const announced = { attachmentId: uuid(), fileName, fileType, fileSize };
    const place = await this.announcing.run(() => this.announce(announced, signal), signal);
    await this.store(place, file, signal);
    return announced.attachmentId;
  }

  private announce(file: AnnouncedFile, parent: AbortSignal): Promise<Place> {
    return withDeadline(ANNOUNCED_WITHIN_MS, parent, async (signal, isOver) => {
      try {
        const line = await this.turn(signal);
        return { url: await this.ask(line, file, signal), line };
      } catch (error) {
        throw isOver() ? new UpstreamTimeoutError({ cause: error }) : error;
      }
    });
  }

  private async ask(line: RequestChannel, file: AnnouncedFile, signal: AbortSignal): Promise<PresignedUrl> {
    line.room.take();
    try {
      const asked = line.ask(this.frames.announceFile(uuid(), file), 'presigned-url', ANSWERED_WITHIN_MS);
      const { upload } = await abortable(asked, signal);
      if (upload.attachmentId === file.attachmentId) return upload;
      throw new UpstreamInvalidResponseError('the address for another file');
    } catch (error) {
      // What was refused is not there.
      if (!(error instanceof UpstreamError) || error.mayHaveTakenEffect) this.withdraw(file.attachmentId);
      throw error;
    }
  }

  private async store({ url, line }: Place, file: FileToUpload, signal: AbortSignal): Promise<void> {
    const { attachmentId } = url;
    const awaited = new AwaitedUpload();
    // It may be told before the storage has answered.
    this.awaited.set(attachmentId, awaited);
    try {
      await this.storage.put(url, file, signal);
      await this.told(awaited, { url, line }, signal);
    } catch (error) {
      this.withdraw(attachmentId);
      throw error;
    } finally {
      this.awaited.delete(attachmentId);
    }
  }

  private told({ outcome }: AwaitedUpload, place: Place, parent: AbortSignal): Promise<void> {
    return withDeadline(TOLD_WITHIN_MS, parent, async (signal, isOver) => {
      try {
        await abortable(Promise.race([outcome, this.found(place, signal)]), signal);
      } catch (error) {
        throw isOver() ? new UpstreamTimeoutError({ cause: error }) : error;
      }
    });
  }

  /** What is told while there is no line is told to nobody: then every line that follows is asked for the file. */
  private async found({ url, line: first }: Place, signal: AbortSignal): Promise<void> {
    for (let line = first; ;) {
      await abortable(line.ended, signal);
      line = await this.live(signal);
      if (await this.has(line, url.attachmentId)) return;
    }
  }

  private async has(line: RequestChannel, attachmentId: string): Promise<boolean> {
    line.room.take();
    const frame = this.frames.getAttachment(uuid(), attachmentId);
    try {
      return (
        (await line.ask(frame, 'presigned-url', ANSWERED_WITHIN_MS)).upload.attachmentId === attachmentId
      );
    } catch {
      // Not yet, or not known: the event may still come.
      return false;
    }
  }

  /** Nobody waits for it: what cannot be told now expires by itself. */
  private withdraw(attachmentId: string): void {
    const told = withDeadline(WITHDRAWN_WITHIN_MS, new AbortController().signal, async (signal) => {
      (await this.live(signal)).tell(this.frames.deleteAttachment(uuid(), attachmentId));
    });
    told.catch(() => undefined);
  }

  /** Waits until there is a line that may carry another request. */
  private async turn(signal: AbortSignal): Promise<RequestChannel> {
    for (;;) {
      const line = await this.live(signal);
      const { waitMs } = line.room;
      if (waitMs === 0) return line;
      await pause(Math.ceil(waitMs), signal);
    }
  }
}
