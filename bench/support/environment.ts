import { newDataKey } from '../../src/config/data-key-list';
import type { Simulators } from '../children/simulators';

/** Long enough that no session beats during a measurement, unless beats are what is measured. */
const NO_BEATS_MS = '3600000';

/** The environment of a service that works against the simulators: room for everybody, and no beats by default. */
export function serviceEnvironment(
  simulators: Simulators,
  overrides: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ACCESS_MODE: 'open',
    DATA_KEY: newDataKey('k1'),
    GENESYS_LOGIN_URL: simulators.genesysUrl,
    GENESYS_API_URL: simulators.genesysUrl,
    GENESYS_CLIENT_ID: simulators.clientId,
    GENESYS_CLIENT_SECRET: simulators.clientSecret,
    SESSION_MAX_CONCURRENT: '1000000',
    // The limits of the platform are not what is measured.
    GENESYS_REQUESTS_PER_MINUTE: '1000000',
    // Nor is the pace at which a receiver is spared.
    SYNC_MAX_PER_SECOND: '100000',
    HEARTBEAT_MIN_INTERVAL_MS: NO_BEATS_MS,
    HEARTBEAT_MAX_INTERVAL_MS: NO_BEATS_MS,
    LOG_LEVEL: 'warn',
    ...overrides,
  };
}
