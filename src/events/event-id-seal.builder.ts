import { EventIdSeal } from './event-id-seal';

/** A seal with a key per letter, the first of which seals; seals of the same letters open each other's ids. */
export function anEventIdSeal(letters = 'a'): EventIdSeal {
  const dataKeys = Array.from(letters, (id) => ({ id, key: Buffer.alloc(32, id) }));
  return new EventIdSeal({ dataKeys, databaseUrl: undefined, dataDir: '', startTimeoutMs: 0 });
}
