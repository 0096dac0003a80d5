import { newDataKey } from './data-key-list';
import type { Environment } from './environment';
import { readEnvironment } from './read-environment';

type Variables = Readonly<Record<string, string | undefined>>;

const IN_FILES_TOO = ['GENESYS_CLIENT_SECRET', 'GENESYS_CLIENTS', 'GENESYS_OPEN_INTEGRATIONS'];
const IN_BOTH_CASES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
const NAMES = [
  ...['GENESYS_REGION', 'GENESYS_LOGIN_URL', 'GENESYS_API_URL', 'GENESYS_CLIENT_ID', 'GENESYS_CLIENT_AUTH'],
  ...['PUBLIC_URL', 'UPSTREAM_TIMEOUT_MS'],
  ...IN_FILES_TOO.flatMap((name) => [name, `${name}_FILE`]),
  ...IN_BOTH_CASES.flatMap((name) => [name, name.toLowerCase()]),
];

/**
 * Reads the settings of requests to Genesys Cloud for a command, by the rules of the service and without its other
 * settings: those may be missing or incomplete, such as `GENESYS_OPEN_INTEGRATIONS` before there is an integration.
 * Throws `ConfigurationError` with all faults.
 */
export function readGenesysEnvironment(variables: Variables): Environment {
  const given = Object.fromEntries(NAMES.map((name) => [name, variables[name]]));
  return readEnvironment({ ...given, ACCESS_MODE: 'open', DATA_KEY: newDataKey('none') });
}
