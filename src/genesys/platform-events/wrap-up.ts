import { type Fields, omitUndefined } from '../fields';
import { countIn, momentIn, storableTextIn, tagsIn } from './field-readers';

/** Codes are ids in detail events and analytics; the schema of the topics describes them as names. */
export const MAX_CODE_LENGTH = 256;
export const MAX_NOTES_LENGTH = 4_096;

/** The result of an agent's after-call work. */
export interface WrapUp {
  readonly code: string;
  /** Empty without notes. */
  readonly notes: string;
  readonly tags: readonly string[];
  readonly durationMs?: number;
  /** Epoch milliseconds of its end, if stated. */
  readonly at?: number;
}

/** Reads `wrapup` of a participant or a communication: `code`, `notes`, `tags`, `durationSeconds`, `endTime`. */
export function wrapUpOf(fields: Fields, receivedAt: number): WrapUp | undefined {
  const code = storableTextIn(fields, 'code', MAX_CODE_LENGTH);
  // The agent has not saved a provisional one yet.
  if (code === undefined || fields['provisional'] === true) return undefined;
  const seconds = countIn(fields, 'durationSeconds');
  return {
    code,
    notes: storableTextIn(fields, 'notes', MAX_NOTES_LENGTH) ?? '',
    tags: tagsIn(fields, 'tags'),
    ...omitUndefined({
      durationMs: seconds === undefined ? undefined : seconds * 1000,
      at: momentIn(fields, 'endTime', receivedAt),
    }),
  };
}

/** Reads a segment of analytics of the type `wrapup`: `wrapUpCode`, `wrapUpNote`, `wrapUpTags`. */
export function wrapUpOfSegment(segment: Fields, receivedAt: number): WrapUp | undefined {
  const code = storableTextIn(segment, 'wrapUpCode', MAX_CODE_LENGTH);
  if (code === undefined) return undefined;
  const startedAt = momentIn(segment, 'segmentStart', receivedAt);
  const at = momentIn(segment, 'segmentEnd', receivedAt);
  const hasDuration = startedAt !== undefined && at !== undefined && at >= startedAt;
  return {
    code,
    notes: storableTextIn(segment, 'wrapUpNote', MAX_NOTES_LENGTH) ?? '',
    tags: tagsIn(segment, 'wrapUpTags'),
    ...omitUndefined({ durationMs: hasDuration ? at - startedAt : undefined, at }),
  };
}
