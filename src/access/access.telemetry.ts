import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { ScopeName } from '../common/access/scope';
import { Metrics } from '../metrics/metrics';
import { AuthUnavailableError, UnauthenticatedError } from './domain/access.errors';
import type { Caller } from './domain/caller';
import { CALLER_POLICY, type Quota, QUOTA_WINDOW_MS } from './domain/quota';
import { Coalescer } from '../common/limits/coalescer';
import { ExpiringCache } from '../common/expiring-cache';

/** Whose refusals are remembered, so that each is told once. */
const MAX_REFUSED_CALLERS = 2_000;

/** More than there are reasons for a refusal. */
const MAX_REASONS = 50;

const OPEN_WARNING = {
  open: 'ACCESS_MODE is open: every program on this machine may do everything',
  'open-anywhere':
    'ACCESS_MODE is open-anywhere: no credential is required at any address, and every client that reaches this service may do everything',
} as const;

/**
 * Log lines and counters about callers. No credential is ever passed in. Refusals that need no credential are coalesced:
 * outsiders must not decide how much is logged.
 */
@Injectable()
export class AccessTelemetry implements OnApplicationShutdown {
  private readonly log = new Logger('Access');
  private readonly failures;
  private readonly throttled;
  private readonly refusals = new ExpiringCache<{ toldAt: number }>(QUOTA_WINDOW_MS, MAX_REFUSED_CALLERS);
  private readonly outsiders = new Coalescer<string>(MAX_REASONS, (reason, count) => {
    this.log.log({ message: 'A caller was not let in', reason, ...(count > 1 ? { count } : {}) });
  });
  private issuer: 'well' | 'away' | 'away-too-long' = 'well';

  constructor(metrics: Metrics) {
    this.failures = metrics.counter('auth_failures_total', 'Requests that were not let in', ['reason']);
    this.throttled = metrics.counter('throttled_total', 'Requests of callers that make too many', ['policy']);
  }

  onApplicationShutdown(): void {
    this.outsiders.flush();
  }

  openToAll(mode: 'open' | 'open-anywhere'): void {
    this.log.warn({ message: OPEN_WARNING[mode], mode });
  }

  /** `code` is that of the refusal. */
  notAdmitted(code: string): void {
    this.failures.inc({ reason: code });
    this.outsiders.add(code, code);
  }

  notIdentified(error: unknown): void {
    if (error instanceof UnauthenticatedError) {
      this.failures.inc({ reason: error.hiddenReason });
      this.outsiders.add(error.hiddenReason, error.hiddenReason);
    } else if (error instanceof AuthUnavailableError) {
      this.failures.inc({ reason: error.code });
    }
  }

  lacksScope({ name }: Caller, scope: ScopeName): void {
    this.failures.inc({ reason: 'insufficient-scope' });
    this.log.log({ message: 'A caller lacks a scope', caller: name, scope });
  }

  metClosedRoute(url: string | undefined): void {
    this.failures.inc({ reason: 'route-closed' });
    this.log.error({ message: 'A route does not say whom it lets in', url });
  }

  /** Counted each time, told once per caller and minute: whoever meets a limit tends to meet it often. */
  quotaExceeded({ name }: Caller, { moreInMs }: Quota): void {
    this.throttled.inc({ policy: CALLER_POLICY });
    const now = performance.now();
    const refusals = this.refusals.get(name, () => ({ toldAt: -Infinity }));
    if (now - refusals.toldAt < QUOTA_WINDOW_MS) return;
    refusals.toldAt = now;
    const facts = { caller: name, policy: CALLER_POLICY, retryAfterMs: moreInMs };
    this.log.log({ message: 'A caller makes more requests than it may', ...facts });
  }

  signingKeysFetched(): void {
    if (this.issuer !== 'well') this.log.log('The keys of the token issuer can be had again');
    this.issuer = 'well';
  }

  /** Told once per outage, and once more when it lasts so long that nobody is let in. */
  signingKeysFailed(error: unknown, areUsable: boolean): void {
    const found = areUsable ? 'away' : 'away-too-long';
    if (found === this.issuer) return;
    this.issuer = found;
    const message = 'The keys of the token issuer cannot be had';
    if (areUsable) this.log.warn({ message: `${message}: those from before stay in force`, error });
    else this.log.error({ message: `${message}: nobody is let in`, error });
  }
}
