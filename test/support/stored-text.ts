import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the raw bytes of every file in a data directory, as Latin-1 text. Sockets have no content. */
export function storedText(directory: string): string {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => readFileSync(join(directory, name), 'latin1'))
    .join('\n');
}
