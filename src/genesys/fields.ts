import { isWholeNumber, isWritableMoment } from '../common/validation/column-types';

/** Ids of messages and files; presently UUIDs or hexadecimal digits. */
const ID = /^[\x21-\x7e]{1,128}$/;

/** A JSON object whose fields are not validated yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Maximum of entries that are read; far more than any list or map of the platform has. */
const MAX_ENTRIES = 1_000;

/** Whether a value is a JSON object. The readers below return fields of the right type, and ignore all others. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fieldsIn(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isFields(value) ? value : {};
}

export function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}

/** A text of at most `maxLength` characters; undefined for a longer one. */
export function boundedTextIn(fields: Fields, name: string, maxLength: number): string | undefined {
  const text = textIn(fields, name);
  return text !== undefined && text.length <= maxLength ? text : undefined;
}

export function numberIn(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A count or a size, which is stored and returned as a whole number. */
export function wholeNumberIn(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return isWholeNumber(value) ? value : undefined;
}

/** An id that can be stored, indexed and used in requests. */
export function idIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && ID.test(value) ? value : undefined;
}

export function flagIn(fields: Fields, name: string): boolean {
  return fields[name] === true;
}

export function objectsIn(fields: Fields, name: string): readonly Fields[] {
  const value = fields[name];
  return Array.isArray(value) ? value.slice(0, MAX_ENTRIES).filter(isFields) : [];
}

export function textsIn(fields: Fields, name: string): readonly string[] {
  const value = fields[name];
  return Array.isArray(value) ? value.slice(0, MAX_ENTRIES).filter((item) => typeof item === 'string') : [];
}

/** The string values of an object. */
export function textMapIn(fields: Fields, name: string): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsIn(fields, name)).slice(0, MAX_ENTRIES);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** An ISO 8601 time as epoch milliseconds; undefined when RFC 3339 cannot represent it. */
export function timeIn(fields: Fields, name: string): number | undefined {
  const at = Date.parse(textIn(fields, name) ?? '');
  return isWritableMoment(at) ? at : undefined;
}

/** Returns the fields that are defined. */
export function omitUndefined<T extends object>(
  fields: T,
): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}
