import { EventIdCipher } from './event-id-cipher';

/** A cipher with a key per letter, the first of which encrypts; ciphers of the same letters decrypt each other's ids. */
export function anEventIdCipher(letters = 'a'): EventIdCipher {
  const dataKeys = Array.from(letters, (id) => ({ id, key: Buffer.alloc(32, id) }));
  return new EventIdCipher({ dataKeys, databaseUrl: undefined, dataDir: '', startTimeoutMs: 0 });
}
