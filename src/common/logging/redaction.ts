import { BoundedMap } from '../bounded-map';

/** Fields that a log line may have; every other field is dropped. */
const ALLOWED_FIELDS = new Set([
  'level',
  'timestamp',
  'message',
  'context',
  'replica',
  'requestId',
  'conversationId',
  'action',
  'at',
  'attempt',
  'attempts',
  'caller',
  'capabilities',
  'cause',
  'channel',
  'code',
  'commit',
  'correlationId',
  'count',
  'cpuMs',
  'dataKey',
  'delayMs',
  'disconnectionRate',
  'durationLimit',
  'durationMs',
  'endCause',
  'endReason',
  'error',
  'errorMessage',
  'eventId',
  'final',
  'form',
  'guestRef',
  'host',
  'kind',
  'latency',
  'lifetimeMs',
  'messageId',
  'method',
  'oauthClient',
  'mode',
  'operation',
  'outcome',
  'policy',
  'port',
  'queueId',
  'reason',
  'retryAfterMs',
  'scope',
  'sequence',
  'setting',
  'signal',
  'sink',
  'source',
  'spanId',
  'stack',
  'stackDelayMs',
  'state',
  'status',
  'stepMs',
  'traceId',
  'tracingId',
  'type',
  'upstream',
  'upstreamBody',
  'url',
  'version',
  'webhookId',
]);

/** Patterns of credentials: a guest token, an authorization header, a caller's key, a signed token. */
const CREDENTIALS =
  /jwt_[0-9a-f]{32}|\b(?:Bearer|Basic) [\w.~+/=-]+|ggs_[a-z0-9-]+_[\w-]{43}|\beyJ[\w-]+\.[\w-]+\.[\w-]*/gi;

const FIELD_NAME = /^[a-z][A-Za-z0-9]{0,39}$/;
/** Words of fields that hold credentials or personal data, or texts of any content. */
const UNSAFE_NAME =
  /token|secret|password|credential|authoriz|cookie|apikey|privatekey|signature|headers?$|body$|payload|email|phone|^name$/i;
const MAX_ADDED_FIELDS = 50;
const addedFields = new Set<string>();
const MAX_ADDED_SECRETS = 100;
/** Secrets of extensions, blanked in every line of this process. */
const addedSecrets = new BoundedMap<string, true>(MAX_ADDED_SECRETS);

/**
 * Adds fields of an extension to the allow-list of log lines, for this process. Called at the top of the file of the
 * extension's telemetry, with literal names, which a test compares with its log lines. Values are blanked as those of
 * all fields are. Throws for a name that is no camelCase word of 40 characters at most, that speaks of a
 * credential, personal data or a body, and for more than 50 names.
 *
 * @publicApi
 */
export function allowLogFields(...names: readonly string[]): void {
  for (const name of names) {
    if (!FIELD_NAME.test(name) || UNSAFE_NAME.test(name))
      throw new Error(`"${name}" cannot be the name of a log field`);
  }
  const added = names.filter((name) => !isAllowedField(name));
  if (addedFields.size + added.length > MAX_ADDED_FIELDS)
    throw new Error(`More than ${MAX_ADDED_FIELDS} log fields were added`);
  for (const name of added) addedFields.add(name);
}

/**
 * Blanks a secret in every log line of this process from now on. `readSettings` calls it for every secret setting; a
 * secret that is received later, such as an access token, is added by its receiver. Only the 100 secrets that were added
 * last are blanked.
 *
 * @publicApi
 */
export function blankInLogs(secret: string): void {
  if (secret !== '') addedSecrets.set(secret, true);
}

export function isAllowedField(name: string): boolean {
  return ALLOWED_FIELDS.has(name) || addedFields.has(name);
}

/** Plain values under allowed names. */
export interface SafeLine {
  readonly message?: string | number | boolean;
  readonly [field: string]: string | number | boolean | undefined;
}

/**
 * Makes a log line safe by an allow-list: only fields that are known to be harmless pass, only plain values, and
 * within strings every known secret and every text that looks like a credential is blanked out.
 */
export class Redaction {
  /**
   * `secrets` is looked through again for every line: it may grow. With `refusesUnknown` a field that is not on the
   * list is an error instead of being dropped, so that a test finds it.
   */
  constructor(
    private readonly secrets: Iterable<string>,
    private readonly refusesUnknown = false,
  ) {}

  apply(line: Readonly<Record<string, unknown>>): SafeLine {
    const safe: Record<string, string | number | boolean> = {};
    // The longest first: one secret may be the beginning of another.
    const secrets = [...this.secrets, ...addedSecrets.keys()].sort((a, b) => b.length - a.length);
    for (const [field, value] of Object.entries(line)) {
      if (!isAllowedField(field)) {
        if (this.refusesUnknown)
          throw new Error(`The log field "${field}" is on no allow-list: allowLogFields`);
        continue;
      }
      if (typeof value === 'string') safe[field] = blanked(value, secrets);
      else if (typeof value === 'number' || typeof value === 'boolean') safe[field] = value;
    }
    return safe;
  }
}

function blanked(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) if (secret !== '') masked = masked.replaceAll(secret, '[redacted]');
  return masked.replace(CREDENTIALS, '[redacted]');
}
