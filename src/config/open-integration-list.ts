/** An Open Messaging integration of Genesys Cloud, and the secrets that sign its webhooks. */
export interface OpenIntegration {
  readonly id: string;
  /** The current secret token, and the previous or next one during a rotation. */
  readonly secrets: readonly string[];
}

const ID = /^[\w-]{1,64}$/;
const MAX_INTEGRATIONS = 100;
const MAX_SECRETS = 2;
/** The platform takes a secret token of more than 15 characters. */
const MIN_SECRET_LENGTH = 16;

export const OPEN_INTEGRATIONS_RULE =
  'must be a JSON list of {"id","secrets"}, each id once, with one or two secrets of at least 16 characters';

/** A list of at least one integration, each with a unique id and one or two secrets. */
export function isOpenIntegrationList(value: unknown): value is OpenIntegration[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_INTEGRATIONS) return false;
  const ids = value.map((entry: unknown) => (isOpenIntegration(entry) ? entry.id : undefined));
  return !ids.includes(undefined) && new Set(ids).size === ids.length;
}

function isOpenIntegration(value: unknown): value is OpenIntegration {
  const { id, secrets } = (value ?? {}) as Partial<Record<keyof OpenIntegration, unknown>>;
  if (typeof id !== 'string' || !ID.test(id) || !Array.isArray(secrets)) return false;
  return secrets.length > 0 && secrets.length <= MAX_SECRETS && secrets.every(isSecret);
}

function isSecret(value: unknown): boolean {
  return typeof value === 'string' && value.length >= MIN_SECRET_LENGTH;
}
