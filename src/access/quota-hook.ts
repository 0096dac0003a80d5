import type { FastifyInstance } from 'fastify';
import type { AccessTelemetry } from './access.telemetry';
import { QuotaExceededError } from './domain/access.errors';
import { CALLER_POLICY, type Quota, QUOTA_WINDOW_MS } from './domain/quota';
import type { CallerRateLimiter } from './quota/caller-rate-limiter';
import { RequestCallers } from './request-callers';

/**
 * Counts every request of an identified caller once: a forwarded request is not counted again. It runs after
 * `identifyCallers` and before any of the request's body is read. Every response states the caller's quota; anonymous
 * callers are not limited.
 */
export function limitCallers(
  server: FastifyInstance,
  quotas: CallerRateLimiter,
  telemetry: AccessTelemetry,
): void {
  server.addHook('onRequest', async (request, reply) => {
    const caller = RequestCallers.find(request);
    if (caller === undefined || caller.isAnonymous || RequestCallers.isForwarded(request)) return;
    const quota = await quotas.take(caller);
    void reply.headers(headersOf(quota));
    if (!quota.isExceeded) return;
    telemetry.quotaExceeded(caller, quota);
    throw new QuotaExceededError(quota.perMinute, quota.moreInMs);
  });
}

/** Headers as in draft-ietf-httpapi-ratelimit-headers-10; seconds are rounded like those of `Retry-After`. */
function headersOf({ perMinute, left, moreInMs }: Quota): Record<string, string> {
  return {
    'ratelimit-policy': `"${CALLER_POLICY}";q=${perMinute};w=${QUOTA_WINDOW_MS / 1000}`,
    ratelimit: `"${CALLER_POLICY}";r=${left};t=${Math.ceil(moreInMs / 1000)}`,
  };
}
