import { randomBytes } from 'node:crypto';

/** A key for stored data, under the id that the data refers to. */
export interface DataKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

const ENTRY = /^([a-z0-9][a-z0-9-]{0,31}):([A-Za-z0-9+/]{43}=)$/;
/** The current key and those of older data: more keys mean a rotation that never ended. */
const MAX_KEYS = 8;

const FORM =
  'one to eight keys as npm run data-key makes them, separated by commas, each with an id of its own';

/** The problem of a missing list, or of an invalid one. */
export function dataKeyProblem(entries: readonly string[]): string {
  return entries.length === 0
    ? `is required, here or as DATA_KEY_FILE: ${FORM}`
    : `is set, but is not valid: it must be ${FORM}`;
}

/** Makes a new entry for the list. */
export function newDataKey(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

/** The entries between the commas, trimmed. */
export function splitDataKeys(text: string): string[] {
  return text.split(',').map((entry) => entry.trim());
}

export function isDataKeyList(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_KEYS) return false;
  const keys = value.map((entry) => (typeof entry === 'string' ? dataKeyOf(entry) : undefined));
  return !keys.includes(undefined) && new Set(keys.map((key) => key?.id)).size === keys.length;
}

/** The key of an entry as text, which identifies it wherever it is written. */
export function dataKeyTextOf(entry: string): string {
  return ENTRY.exec(entry)?.[2] ?? '';
}

/** The key in an entry; undefined for an invalid one. */
export function dataKeyOf(entry: string): DataKey | undefined {
  const [, id = '', text = ''] = ENTRY.exec(entry) ?? [];
  const key = Buffer.from(text, 'base64');
  // Buffer ignores stray bits at the end, so that one key could have two spellings.
  return id !== '' && key.toString('base64') === text ? { id, key } : undefined;
}
