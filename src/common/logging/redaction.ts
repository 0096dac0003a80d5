/** The allowed fields of a log line; all others are dropped. */
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
  'correlationId',
  'count',
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
  'guestRef',
  'host',
  'latency',
  'lifetimeMs',
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
  'stack',
  'state',
  'status',
  'stepMs',
  'traceId',
  'tracingId',
  'upstream',
  'upstreamBody',
  'url',
  'version',
]);

/** Patterns of credentials: a guest token, an authorization header, a caller's key, a signed token. */
const CREDENTIALS =
  /jwt_[0-9a-f]{32}|\b(?:Bearer|Basic) [\w.~+/=-]+|ggs_[a-z0-9-]+_[\w-]{43}|\beyJ[\w-]+\.[\w-]+\.[\w-]*/gi;

export function isAllowedField(name: string): boolean {
  return ALLOWED_FIELDS.has(name);
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
  /** `secrets` is read again for every line: it may grow. */
  constructor(private readonly secrets: Iterable<string>) {}

  apply(line: Readonly<Record<string, unknown>>): SafeLine {
    const safe: Record<string, string | number | boolean> = {};
    for (const [field, value] of Object.entries(line)) {
      if (!isAllowedField(field)) continue;
      if (typeof value === 'string') safe[field] = this.blank(value);
      else if (typeof value === 'number' || typeof value === 'boolean') safe[field] = value;
    }
    return safe;
  }

  private blank(text: string): string {
    let masked = text;
    // The longest first: one secret may be the beginning of another.
    for (const secret of [...this.secrets].sort((a, b) => b.length - a.length))
      if (secret !== '') masked = masked.replaceAll(secret, '[redacted]');
    return masked.replace(CREDENTIALS, '[redacted]');
  }
}
