export const IDEMPOTENCY_KEY = 'idempotency-key';

const IDEMPOTENT = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'];

/** The paths whose POST takes an idempotency key; a test compares them with the API. */
const KEYED = [/\/v1\/sessions$/, /\/v1\/sessions\/[^/]+\/messages$/];

/** Returns whether the service repeats nothing when it gets the request again. */
export function isRepeatable({ method, headers }: Pick<Request, 'method' | 'headers'>): boolean {
  return IDEMPOTENT.includes(method) || headers.has(IDEMPOTENCY_KEY);
}

/** Returns whether the request is an opening or a message, which need a key to be repeatable. */
export function takesKey({ method, url }: Pick<Request, 'method' | 'url'>): boolean {
  const { pathname } = new URL(url);
  return method === 'POST' && KEYED.some((path) => path.test(pathname));
}
