/** An OAuth client with the client-credentials grant. */
export interface OAuthClient {
  readonly id: string;
  readonly secret: string;
}

export const OAUTH_CLIENTS_RULE = 'must be a JSON list of {"id","secret"}, each id once';

/** A list of at least one client, each with a unique id and a secret. */
export function isOAuthClientList(value: unknown): value is OAuthClient[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  const ids = value.map((client: unknown) => (isOAuthClient(client) ? client.id : undefined));
  return !ids.includes(undefined) && new Set(ids).size === ids.length;
}

function isOAuthClient(value: unknown): value is OAuthClient {
  const { id, secret } = (value ?? {}) as Partial<Record<keyof OAuthClient, unknown>>;
  return typeof id === 'string' && id !== '' && typeof secret === 'string' && secret !== '';
}
