import type { FileToUpload } from '../../../session/ports/guest-messaging';
import type { PresignedUrl } from '../frames/server-frame';

/** The storage that the platform lets guests put their files into. */
export abstract class FileStorage {
  /**
   * Puts the content where the platform said, as it is read, and resolves once the storage has all of it. Rejects with an
   * `UpstreamError`, with what the content fails with, or with the reason of the signal.
   */
  abstract put(place: PresignedUrl, file: FileToUpload, signal: AbortSignal): Promise<void>;
}
