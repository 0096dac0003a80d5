import { randomUUID } from 'node:crypto';
import { newApiKey } from '../../src/access/api-key';

/** A caller with a key, who sends an idempotency key with every opening; and the environment that knows it. */
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
      // It is taken and counted, but never used up.
      CALLER_REQUESTS_PER_MINUTE: '1000000',
    },
    headers: () => ({ authorization: `Bearer ${key}`, 'idempotency-key': randomUUID() }),
  };
}
