import type { FileRefusalReason } from '../../../session/domain/messaging.errors';
import type { FileToUpload } from '../../../session/ports/guest-messaging';
import type { AllowedMedia } from '../frames/server-frame';

/** A kind of files that guests may send, by the public description of the deployment. */
export interface UploadMode {
  readonly fileTypes: readonly string[];
  readonly maxFileSizeKB?: number;
}

const EXTENSION = /[^./\\](\.[^./\\]+)$/;

/** The reason why the deployment would refuse a file, by the limits that are known; undefined for an allowed file. */
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

/** Combines the modes: a file of this type gets the largest limit of the modes that allow it. */
export function mediaOfModes(modes: readonly UploadMode[], fileType: string): AllowedMedia {
  const allowing = modes.filter(({ fileTypes }) =>
    fileTypes.some((pattern) => accepts(pattern.toLowerCase(), fileType)),
  );
  const limits = allowing.map(({ maxFileSizeKB }) => maxFileSizeKB ?? Number.POSITIVE_INFINITY);
  return {
    fileTypes: modes.flatMap(({ fileTypes }) => fileTypes),
    blockedExtensions: [],
    ...(limits.length === 0 ? {} : { maxFileSizeKB: Math.max(...limits) }),
  };
}

function dotted(extension: string): string {
  return `.${extension.replace(/^\./, '')}`.toLowerCase();
}

function accepts(pattern: string, fileType: string): boolean {
  if (pattern === '*/*') return true;
  return pattern.endsWith('/*') ? fileType.startsWith(pattern.slice(0, -1)) : pattern === fileType;
}
