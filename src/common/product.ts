import { readFileSync } from 'node:fs';
import { join } from 'node:path';

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
  const isManifest = (value: unknown): value is { version: string } =>
    typeof value === 'object' && value !== null && 'version' in value && typeof value.version === 'string';
  return isManifest(manifest) ? manifest.version : 'unknown';
}

/** Name and version under which this service identifies itself to other services. */
export const PRODUCT = { name: 'genesys-guest-sessions', version: readVersion() } as const;

/**
 * `User-Agent` of this service's own requests.
 *
 * @publicApi
 */
export const USER_AGENT = `${PRODUCT.name}/${PRODUCT.version}`;
