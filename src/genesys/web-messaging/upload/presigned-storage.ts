import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import {
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
} from '../../../common/errors/upstream.errors';
import { HttpClient } from '../../../common/http/http-client';
import { EgressForbiddenError } from '../../../common/http/outbound.errors';
import { upstreamErrorOfFailure } from '../../../common/http/upstream-failure';
import { USER_AGENT } from '../../../common/product';
import { withAnySignal } from '../../../common/time/any-signal';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import type { FileToUpload } from '../../../session/ports/guest-messaging';
import type { PresignedUrl } from '../frames/server-frame';
import { FileStorage } from './file-storage';
import { TimedContent } from './timed-content';
import { UploadTarget } from './upload-target';
import { UploadTargetRefusedError } from './upload-target.errors';
import { UploadTelemetry } from './upload.telemetry';

/** Exceeds the time that a caller has to send a file. */
const STORAGE_TIMEOUT_MS = 60_000;
/** Maximum size of an answer. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Puts files to the presigned URLs that the platform names: only to those that `UploadTarget` allows, at globally routable
 * addresses (behind a proxy the address is not visible). Such a URL is a credential: no error and no log line holds it, and
 * no redirect is followed. The storage has the time-out of a platform request after the last byte.
 */
@Injectable()
export class PresignedStorage extends FileStorage {
  constructor(
    private readonly http: HttpClient,
    private readonly config: WebMessagingConfig,
    private readonly telemetry: UploadTelemetry,
  ) {
    super();
  }

  async put(presigned: PresignedUrl, file: FileToUpload, parent: AbortSignal): Promise<void> {
    try {
      const target = UploadTarget.of(presigned, this.config.uploadsAllowPrivate);
      this.telemetry.headersDropped(target.dropped);
      await this.putTo(target, file, parent);
    } catch (error) {
      if (error instanceof UploadTargetRefusedError) this.telemetry.targetRefused(error);
      throw error;
    }
  }

  private async putTo(
    { url, headers }: UploadTarget,
    file: FileToUpload,
    parent: AbortSignal,
  ): Promise<void> {
    const content = new TimedContent(file.content, this.config.timeoutMs);
    try {
      const status = await withAnySignal([parent, content.signal], (signal) =>
        this.send(url, headersOf(headers, file), Readable.from(content), signal),
      );
      assertStored(status);
    } catch (error) {
      parent.throwIfAborted();
      if (error instanceof EgressForbiddenError)
        throw new UploadTargetRefusedError('address', { cause: error });
      throw content.failure ?? upstreamErrorOfFailure(error);
    } finally {
      content.end();
    }
  }

  private async send(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: Readable,
    signal: AbortSignal,
  ): Promise<number> {
    const { status } = await this.http.send({
      method: 'PUT',
      url,
      headers,
      body,
      timeoutMs: STORAGE_TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      signal,
      statusDecides: true,
    });
    return status;
  }
}

/** The signed headers of the URL, and those that describe the body. */
function headersOf(signed: Readonly<Record<string, string>>, file: FileToUpload): Record<string, string> {
  return {
    accept: '*/*',
    'user-agent': USER_AGENT,
    'content-type': file.fileType,
    ...signed,
    'content-length': String(file.fileSize),
  };
}

function assertStored(status: number): void {
  if (status >= 200 && status < 300) return;
  if (status >= 500) throw new UpstreamServerError(status);
  if (status >= 400) throw new UpstreamRejectedError(status);
  throw new UpstreamInvalidResponseError(`status ${status}`);
}
