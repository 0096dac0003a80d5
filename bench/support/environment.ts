import { newDataKey } from '../../src/config/data-key-list';
import type { Simulators } from '../children/simulators';
import { BENCH_INTEGRATION } from './integration';

/** An interval so long that no session beats during a measurement, for measurements without beats. */
const NO_BEATS_MS = '3600000';

/** The environment of a service that works against the simulators: a large cap, and no beats by default. */
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
    // The platform's limits are not part of the measurement.
    GENESYS_REQUESTS_PER_MINUTE: '1000000',
    // The delivery pace is not part of the measurement either.
    SYNC_MAX_PER_SECOND: '100000',
    HEARTBEAT_MIN_INTERVAL_MS: NO_BEATS_MS,
    HEARTBEAT_MAX_INTERVAL_MS: NO_BEATS_MS,
    LOG_LEVEL: 'warn',
    GENESYS_OPEN_INTEGRATIONS: JSON.stringify([
      { id: BENCH_INTEGRATION.id, secrets: [BENCH_INTEGRATION.secret] },
    ]),
    ...overrides,
  };
}
