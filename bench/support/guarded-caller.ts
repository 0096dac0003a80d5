import { randomUUID } from 'node:crypto';
import { newApiKey } from '../../src/access/api-key';

/**
 * A caller with a key that sends an idempotency key with every opening, and the service's environment with that
 * caller.
 */
export function aGuardedCaller(): {
  readonly environment: Readonly<Record<string, string>>;
  readonly headers: () => Readonly<Record<string, string>>;
} {
  const { key, entry } = newApiKey({ name: 'bench', scopes: ['sessions.write'] });
  return {
    environment: {
      ACCESS_MODE: 'keys',
      API_KEYS: JSON.stringify([entry]),
      METRICS_PUBLIC: 'true',
      // Requests count against the quota and never exhaust it.
      CALLER_REQUESTS_PER_MINUTE: '1000000',
    },
    headers: () => ({ authorization: `Bearer ${key}`, 'idempotency-key': randomUUID() }),
  };
}
