import { isStorableText, isWholeNumber } from '../../common/validation/column-types';
import { type Fields, textMapIn, textsIn } from '../fields';

const DAY_MS = 86_400_000;
/** Times before this one are in another unit, or invalid. */
const FIRST_MOMENT = Date.UTC(2000, 0, 1);
/** A sample of Genesys has days of one digit, which `Date.parse` refuses. */
const ISO_TIME = /^(\d{4})-(\d{1,2})-(\d{1,2})(T[\d:.,]{4,24})(Z|[+-]\d\d:?\d\d)?$/;
const DIGITS = /^\d{1,15}$/;
/** Above any count or duration; thousandfold it is still exact. */
const MAX_COUNT = 1e12;

const MAX_ATTRIBUTES = 100;
const MAX_ATTRIBUTE_NAME_LENGTH = 256;
const MAX_ATTRIBUTE_LENGTH = 4_096;
const MAX_TAGS = 50;
const MAX_TAG_LENGTH = 256;

/**
 * A time as epoch milliseconds: a number, its digits, or an ISO 8601 text, which is UTC without a zone. Undefined before
 * the year 2000, and for a time more than a day after `receivedAt`, which would come last in any order by time.
 */
export function momentIn(fields: Fields, name: string, receivedAt: number): number | undefined {
  const at = Math.trunc(epochMsOf(fields[name]));
  return at >= FIRST_MOMENT && at <= receivedAt + DAY_MS ? at : undefined;
}

function epochMsOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return NaN;
  if (DIGITS.test(value)) return Number(value);
  const time = ISO_TIME.exec(value);
  if (time === null) return NaN;
  const [, year = '', month = '', day = '', clock = '', zone = 'Z'] = time;
  return Date.parse(`${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}${clock}${zone}`);
}

/** A count, which a data action may send as text. */
export function countIn(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  const count = typeof value === 'string' && DIGITS.test(value) ? Number(value) : value;
  return isWholeNumber(count, 0, MAX_COUNT) ? count : undefined;
}

/**
 * The first `maxLength` characters of a text that is not empty. A character that a database refuses, NUL or half of a
 * surrogate pair, becomes U+FFFD.
 */
export function storableTextIn(fields: Fields, name: string, maxLength: number): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? storable(value, maxLength) : undefined;
}

export function tagsIn(fields: Fields, name: string): readonly string[] {
  return textsIn(fields, name)
    .slice(0, MAX_TAGS)
    .map((tag) => storable(tag, MAX_TAG_LENGTH));
}

function storable(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/\0|\p{Cs}/gu, '\ufffd');
}

/** At most 100 attributes of a participant, without those whose name or value is too long or cannot be stored. */
export function attributesIn(fields: Fields, name: string): Readonly<Record<string, string>> {
  const stored = Object.entries(textMapIn(fields, name)).filter(
    ([key, value]) =>
      isStorableText(key, MAX_ATTRIBUTE_NAME_LENGTH) && isStorableText(value, MAX_ATTRIBUTE_LENGTH),
  );
  return Object.fromEntries(stored.slice(0, MAX_ATTRIBUTES));
}
