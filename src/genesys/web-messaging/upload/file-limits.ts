import type { FileRefusalReason } from '../../../session/domain/messaging.errors';
import type { FileToUpload } from '../../../session/ports/guest-messaging';
import type { AllowedMedia } from '../frames/server-frame';

const EXTENSION = /[^./\\](\.[^./\\]+)$/;

/** Why the deployment would not take a file, as far as the session knows its limits; undefined when it would. */
export function refusalOfFile(
  { fileName, fileType, fileSize }: Omit<FileToUpload, 'content'>,
  { fileTypes, maxFileSizeKB, blockedExtensions }: AllowedMedia,
): FileRefusalReason | undefined {
  if (fileTypes?.length === 0) return 'not-enabled';
  const extension = EXTENSION.exec(fileName)?.[1]?.toLowerCase();
  if (extension === undefined) return 'name-invalid';
  if (blockedExtensions.some((blocked) => dotted(blocked) === extension)) return 'extension-blocked';
  if (fileTypes?.some((pattern) => accepts(pattern.toLowerCase(), fileType)) === false)
    return 'type-not-allowed';
  if (fileSize === 0) return 'empty';
  return maxFileSizeKB !== undefined && fileSize > maxFileSizeKB * 1024 ? 'too-large' : undefined;
}

function dotted(extension: string): string {
  return `.${extension.replace(/^\./, '')}`.toLowerCase();
}

function accepts(pattern: string, fileType: string): boolean {
  if (pattern === '*/*') return true;
  return pattern.endsWith('/*') ? fileType.startsWith(pattern.slice(0, -1)) : pattern === fileType;
}
