import { Readable } from 'node:stream';
import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { firstValueFrom } from 'rxjs';
import {
  UpstreamInvalidResponseError,
  UpstreamRejectedError,
  UpstreamServerError,
} from '../../../common/errors/upstream.errors';
import { NEVER_CANCELLED } from '../../../common/http/never-cancelled';
import { USER_AGENT } from '../../../common/product';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import type { FileToUpload } from '../../../session/ports/guest-messaging';
import { translateFailure } from '../../transport/classification';
import type { PresignedUrl } from '../frames/server-frame';
import { FileStorage } from './file-storage';
import { TimedContent } from './timed-content';

/** Longer than a caller may take to send a file. */
const STORED_WITHIN_MS = 60_000;
/** What is read of an answer at most. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Puts files to presigned URLs. Such a URL is a credential: it is in no error and no log line, and nobody is redirected.
 * From the last byte on the storage has the time that any request to the platform has.
 */
@Injectable()
export class PresignedStorage extends FileStorage {
  constructor(
    private readonly http: HttpService,
    private readonly config: WebMessagingConfig,
  ) {
    super();
  }

  async put({ url, headers }: PresignedUrl, file: FileToUpload, parent: AbortSignal): Promise<void> {
    if (!this.isAllowed(url)) throw new UpstreamInvalidResponseError('no address for a file');
    const content = new TimedContent(file.content, this.config.timeoutMs);
    try {
      const signal = AbortSignal.any([parent, content.signal]);
      assertStored(await this.send(url, headersOf(headers, file), Readable.from(content), signal));
    } catch (error) {
      parent.throwIfAborted();
      throw content.failure ?? translateFailure(error);
    } finally {
      content.end();
    }
  }

  private isAllowed(url: string): boolean {
    const protocols = this.config.isPlain ? ['http:', 'https:'] : ['https:'];
    return URL.canParse(url) && protocols.includes(new URL(url).protocol);
  }

  private async send(
    url: string,
    headers: Readonly<Record<string, string>>,
    data: Readable,
    signal: AbortSignal,
  ): Promise<number> {
    const request = { url, method: 'PUT', headers, data, signal, timeout: STORED_WITHIN_MS };
    const limits = { maxContentLength: MAX_ANSWER_BYTES, cancelToken: NEVER_CANCELLED, statusDecides: true };
    return (await firstValueFrom(this.http.request<string>({ ...request, ...limits }))).status;
  }
}

/** Those that the URL was signed with, and what describes the body. */
function headersOf(signed: Readonly<Record<string, string>>, file: FileToUpload): Record<string, string> {
  const given = new Map(Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    'user-agent': USER_AGENT,
    'content-type': file.fileType,
    ...Object.fromEntries(given),
    'content-length': String(file.fileSize),
  };
}

function assertStored(status: number): void {
  if (status >= 200 && status < 300) return;
  if (status >= 500) throw new UpstreamServerError(status);
  if (status >= 400) throw new UpstreamRejectedError(status);
  throw new UpstreamInvalidResponseError(`status ${status}`);
}
