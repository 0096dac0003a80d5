import { ValidateBy, ValidateIf, type ValidationOptions } from 'class-validator';
import { BoundedMap } from '../bounded-map';

/** The field may be absent; `null` is a value and does not count as absent. */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/** At most `max` characters as a reader counts them: an emoji is one. */
export function MaxGraphemes(max: number, options?: ValidationOptions): PropertyDecorator {
  const segmenter = new Intl.Segmenter();
  const count = (text: string): number => {
    let graphemes = 0;
    for (const segment of segmenter.segment(text)) graphemes += segment.segment.length > 0 ? 1 : 0;
    return graphemes;
  };
  // Each grapheme has at least one code unit: most texts are short enough without being counted, and one that would be
  // costly to count is too long anyway.
  const validate = (value: unknown): boolean =>
    typeof value === 'string' && (value.length <= max || (value.length <= max * 16 && count(value) <= max));
  return ValidateBy(
    {
      name: 'maxGraphemes',
      validator: { validate, defaultMessage: () => `must have at most ${max} characters` },
    },
    options,
  );
}

/** At most `max` bytes in UTF-8. */
export function MaxBytes(max: number, options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'maxBytes',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && Buffer.byteLength(value) <= max,
        defaultMessage: () => `must have at most ${max} bytes`,
      },
    },
    options,
  );
}

/** No control characters and no bidirectional controls: agents see these names. */
export function IsPlainText(options?: ValidationOptions): PropertyDecorator {
  const forbidden = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029]/u;
  return ValidateBy(
    {
      name: 'isPlainText',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && !forbidden.test(value),
        defaultMessage: () => 'must hold no control characters',
      },
    },
    options,
  );
}

const MAX_KNOWN_TAGS = 200;

/** A well-formed BCP 47 language tag such as `en-US`. */
export function IsLanguageTag(options?: ValidationOptions): PropertyDecorator {
  // Callers use few tags, and parsing one takes longer than the rest of the check of a request's text.
  const known = new BoundedMap<string, true>(MAX_KNOWN_TAGS);
  const validate = (value: unknown): boolean => {
    if (typeof value !== 'string' || value.length > 35) return false;
    if (known.has(value)) return true;
    const isTag = isLanguageTag(value);
    if (isTag) known.set(value, true);
    return isTag;
  };
  return ValidateBy(
    { name: 'isLanguageTag', validator: { validate, defaultMessage: () => 'must be a BCP 47 language tag' } },
    options,
  );
}

function isLanguageTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    // `Intl` offers no check: a malformed tag is a RangeError.
    return false;
  }
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** Tells whether a value is an RFC 3339 timestamp with its offset: `2027-01-15T08:00:00Z`. */
export function isTimestamp(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const [, day = ''] = TIMESTAMP.exec(value) ?? [];
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // JavaScript would read a day that does not exist as one of the next month.
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
  return day !== '' && isDay && !Number.isNaN(Date.parse(value));
}

/** A timestamp such as `2027-01-15T08:00:00Z`; see `isTimestamp`. */
export function IsTimestamp(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isTimestamp',
      validator: {
        validate: isTimestamp,
        defaultMessage: () => 'must be a moment such as 2027-01-15T08:00:00Z',
      },
    },
    options,
  );
}
