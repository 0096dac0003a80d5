import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import { isLoopbackHost } from '../common/http/loopback';
import { ConfigurationError } from './configuration.errors';
import { dataKeyTextOf } from './data-key-list';
import { Environment } from './environment';
import { keyValuesIn } from './key-value-list';
import { settingText } from './setting-text';
import { tokenContradictions } from './token-rules';
import { basicSecrets, databaseUrlSecrets } from './url-secrets';
import { webhookKeyOf } from './webhook-secret-list';

type Variables = Readonly<Record<string, string | undefined>>;

/** Settings that may come from a file named in `<name>_FILE`, the way orchestrators mount secrets. */
const SECRETS = [
  'GENESYS_CLIENT_SECRET',
  'GENESYS_CLIENTS',
  'GENESYS_OPEN_INTEGRATIONS',
  'GENESYS_EVENTS_SECRET',
  'CRM_WEBHOOK_SECRET',
  'API_KEYS',
  'DATA_KEY',
] as const;

/** Also read in lower case, which takes precedence, as in other programs. */
const IN_BOTH_CASES: ReadonlySet<string> = new Set(['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']);

const NOT_OF_THIS_MACHINE =
  'HOST must be a loopback address or name, such as 127.0.0.1, when ACCESS_MODE is open; others need keys, jwt, or open-anywhere for no credentials at all';

const NO_REGION =
  'GENESYS_REGION is required: the region of the organization, such as mypurecloud.de; or GENESYS_LOGIN_URL and GENESYS_API_URL';

const NO_KEY =
  'API_KEYS needs a key, here or in API_KEYS_FILE, unless ACCESS_MODE is jwt or open: npm run key -- --name billing --scopes sessions.write prints one';

/** The names of all variables, as the decorators declare them. */
export function environmentNames(): string[] {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(Environment, '', true, false);
  return [...new Set(metadata.map(({ propertyName }) => propertyName))];
}

/**
 * Reads and validates the environment as a whole. It ignores unknown variables; an empty or blank value counts as
 * unset. Throws `ConfigurationError` with all faults.
 */
export function readEnvironment(variables: Variables): Environment {
  const problems: string[] = [];
  const given = { ...present(variables), ...secretsFromFiles(variables, problems) };
  const environment = plainToInstance(Environment, given, { exposeDefaultValues: true });
  for (const { property, constraints } of validateSync(environment)) {
    problems.push(`${property} ${Object.values(constraints ?? {})[0] ?? 'is invalid'}`);
  }
  problems.push(...contradictions(environment), ...accessContradictions(environment));
  if (problems.length > 0) throw new ConfigurationError(problems);
  rememberSecrets(environment, variables);
  return environment;
}

function rememberSecrets(environment: Environment, variables: Variables): void {
  for (const name of SECRETS) {
    const path = variables[`${name}_FILE`];
    if (path !== undefined && path !== '') environment.files[name] = path;
  }
  const {
    GENESYS_CLIENT_SECRET: single,
    GENESYS_CLIENTS: several = [],
    GENESYS_OPEN_INTEGRATIONS: integrations = [],
    GENESYS_EVENTS_SECRET: ofEvents = [],
    CRM_WEBHOOK_SECRET = [],
    DATA_KEY,
    DATABASE_URL,
    OTEL_EXPORTER_OTLP_HEADERS: ofCollector = '',
  } = environment;
  const keys = [...CRM_WEBHOOK_SECRET.map(webhookKeyOf), ...DATA_KEY.map(dataKeyTextOf)];
  const ofDatabase = DATABASE_URL === undefined ? [] : databaseUrlSecrets(DATABASE_URL);
  const clientSecrets = several.map((client) => client.secret);
  const ofWebhooks = integrations.flatMap(({ secrets }) => secrets);
  const others = [...ofWebhooks, ...ofEvents, ...keys, ...ofDatabase, ...basicCredentials(environment)];
  others.push(...Object.values(keyValuesIn(ofCollector)));
  for (const secret of [single, ...clientSecrets, ...others]) {
    if (secret !== '') environment.secrets.add(secret);
  }
}

function basicCredentials({ CRM_WEBHOOK_URL, HTTP_PROXY, HTTPS_PROXY }: Environment): readonly string[] {
  const urls = [CRM_WEBHOOK_URL, HTTP_PROXY, HTTPS_PROXY];
  return urls.flatMap((url) => (url === undefined ? [] : basicSecrets(url)));
}

function present(variables: Variables): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of environmentNames()) {
    const lowerCase = IN_BOTH_CASES.has(name) ? settingText(variables[name.toLowerCase()] ?? '') : '';
    const value = lowerCase === '' ? settingText(variables[name] ?? '') : lowerCase;
    if (value !== '') given[name] = value;
  }
  return given;
}

function secretsFromFiles(variables: Variables, problems: string[]): Record<string, string> {
  const read: Record<string, string> = {};
  for (const name of SECRETS) {
    const path = variables[`${name}_FILE`];
    if (path === undefined || path === '') continue;
    if (variables[name] !== undefined && variables[name] !== '') {
      problems.push(`${name} and ${name}_FILE exclude each other`);
    }
    try {
      read[name] = settingText(readFileSync(path, 'utf8'));
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      problems.push(`${name}_FILE cannot be read (${code})`);
    }
  }
  return read;
}

function contradictions(environment: Environment): string[] {
  const problems: string[] = [];
  if (environment.GENESYS_REGION === undefined) {
    const missing = (['GENESYS_LOGIN_URL', 'GENESYS_API_URL'] as const).filter(
      (name) => environment[name] === undefined,
    );
    if (missing.length === 2) problems.push(NO_REGION);
    else problems.push(...missing.map((name) => `${name} is required when GENESYS_REGION is not set`));
  }
  if (environment.GENESYS_CLIENTS !== undefined) {
    for (const name of ['GENESYS_CLIENT_ID', 'GENESYS_CLIENT_SECRET'] as const) {
      if (environment[name] !== '') problems.push(`GENESYS_CLIENTS and ${name} exclude each other`);
    }
  }
  problems.push(...webMessagingContradictions(environment));
  if (
    environment.GENESYS_CHANNEL === 'open-messaging' &&
    environment.GENESYS_OPEN_INTEGRATIONS === undefined
  ) {
    problems.push('GENESYS_OPEN_INTEGRATIONS is required when GENESYS_CHANNEL is open-messaging');
  }
  if (environment.SESSION_DEFAULT_DURATION_SECONDS > environment.SESSION_MAX_DURATION_SECONDS) {
    problems.push('SESSION_DEFAULT_DURATION_SECONDS must not be above SESSION_MAX_DURATION_SECONDS');
  }
  if (environment.HEARTBEAT_MIN_INTERVAL_MS > environment.HEARTBEAT_MAX_INTERVAL_MS) {
    problems.push('HEARTBEAT_MIN_INTERVAL_MS must not be above HEARTBEAT_MAX_INTERVAL_MS');
  }
  if (!environment.CRM_WEBHOOK_ALLOW_PRIVATE && /^http:/i.test(environment.CRM_WEBHOOK_URL ?? '')) {
    problems.push('CRM_WEBHOOK_URL must start with https:// unless CRM_WEBHOOK_ALLOW_PRIVATE is true');
  }
  return problems;
}

/** One of the two settings alone would leave the channel out without a word. */
function webMessagingContradictions({
  GENESYS_CHANNEL: channel,
  GENESYS_DEPLOYMENT_ID: deploymentId,
  GENESYS_ORIGIN: origin,
}: Environment): string[] {
  const isDefault = channel === 'web-messaging';
  const reasonFor = (other: string): string =>
    isDefault ? 'GENESYS_CHANNEL is web-messaging' : `${other} is set`;
  return [
    ...(deploymentId === undefined && (isDefault || origin !== undefined)
      ? [`GENESYS_DEPLOYMENT_ID is required when ${reasonFor('GENESYS_ORIGIN')}`]
      : []),
    ...(origin === undefined && (isDefault || deploymentId !== undefined)
      ? [`GENESYS_ORIGIN is required when ${reasonFor('GENESYS_DEPLOYMENT_ID')}`]
      : []),
  ];
}

/** Faults of settings that would refuse every caller, or accept any caller by mistake. */
function accessContradictions(environment: Environment): string[] {
  const { ACCESS_MODE: mode, API_KEYS: keys, AUTH_JWKS_URL: jwksUrl } = environment;
  const hasNoKey = keys === undefined || (Array.isArray(keys) && keys.length === 0);
  if (mode === 'keys' && hasNoKey) {
    return [NO_KEY];
  }
  if (mode === 'open' && !isLoopbackHost(environment.HOST)) return [NOT_OF_THIS_MACHINE];
  if (mode !== 'jwt') return [];
  const problems = (['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'] as const)
    .filter((name) => environment[name] === undefined)
    .map((name) => `${name} is required when ACCESS_MODE is jwt`)
    .concat(tokenContradictions(environment));
  // An attacker on the network path could replace the keys and sign tokens.
  if (URL.canParse(jwksUrl ?? '') && !isTamperProof(new URL(jwksUrl ?? ''))) {
    problems.push('AUTH_JWKS_URL must start with https:// unless it is on this machine');
  }
  return problems;
}

/** Not every resolver keeps names below `localhost` on this machine. */
function isTamperProof({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (isLoopbackHost(hostname) && !hostname.endsWith('.localhost'));
}
