import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const UNKNOWN = 'unknown';

/** A field of a JSON file beside the compiled service; `unknown` if the file has no such text, or is not there. */
function fieldOf(file: string, name: string): string {
  try {
    const value: unknown = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : UNKNOWN;
  } catch {
    // Information for operators: a service without it is still one.
    return UNKNOWN;
  }
}

/** The name under which this service identifies itself, its version, and the commit that it was built from. */
export const PRODUCT = {
  name: 'genesys-guest-sessions',
  version: fieldOf(join(__dirname, '..', '..', 'package.json'), 'version'),
  commit: fieldOf(join(__dirname, '..', 'build-info.json'), 'commit'),
} as const;

/**
 * `User-Agent` of this service's own requests.
 *
 * @publicApi
 */
export const USER_AGENT = `${PRODUCT.name}/${PRODUCT.version}`;
