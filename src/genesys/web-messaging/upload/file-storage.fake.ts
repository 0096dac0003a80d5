import type { FileToUpload } from '../../../session/ports/guest-messaging';
import type { PresignedUrl } from '../frames/server-frame';
import { FileStorage } from './file-storage';

type Step = (place: PresignedUrl) => void | Promise<void>;

/** Reads files and records them, then runs the next step of the test. */
export class FakeFileStorage extends FileStorage {
  readonly files: { readonly place: PresignedUrl; readonly bytes: Buffer }[] = [];
  /** Steps for the next files. */
  readonly steps: Step[] = [];

  async put(place: PresignedUrl, { content }: FileToUpload, signal: AbortSignal): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    signal.throwIfAborted();
    this.files.push({ place, bytes: Buffer.concat(chunks) });
    await this.steps.shift()?.(place);
  }
}
