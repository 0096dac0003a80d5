import type { FileToUpload } from '../../../session/ports/guest-messaging';
import type { PresignedUrl } from '../frames/server-frame';

/** The storage that the platform provides for the files of guests. */
export abstract class FileStorage {
  /**
   * Streams the content to the URL that the platform named, and resolves once the storage has all of it. Rejects with an
   * `UpstreamError`, with the error of the content, or with the reason of the signal.
   */
  abstract put(target: PresignedUrl, file: FileToUpload, signal: AbortSignal): Promise<void>;
}
