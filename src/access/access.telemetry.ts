import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { ScopeName } from '../common/access/scope';
import { Metrics } from '../metrics/metrics';
import {
  AuthUnavailableError,
  CsrfTokenInvalidError,
  ForeignOriginError,
  UnauthenticatedError,
} from './domain/access.errors';
import type { Caller } from './domain/caller';
import { CALLER_POLICY, type Quota, QUOTA_WINDOW_MS } from './domain/quota';
import { Coalescer } from '../common/limits/coalescer';
import { ExpiringCache } from '../common/expiring-cache';

/** Maximum number of callers that it remembers, so that it logs each caller once. */
const MAX_REFUSED_CALLERS = 2_000;

/** Above the number of reasons for a refusal. */
const MAX_REASONS = 50;

const OPEN_WARNING = {
  open: 'ACCESS_MODE is open: every program on this machine may do everything',
  'open-anywhere':
    'ACCESS_MODE is open-anywhere: no credential is required at any address, and every client that reaches this service may do everything',
} as const;

/**
 * Log lines and counters about callers. It never receives a credential. Refusals before authentication are coalesced:
 * unauthenticated clients must not control how much is logged.
 */
@Injectable()
export class AccessTelemetry implements OnApplicationShutdown {
  private readonly log = new Logger('Access');
  private readonly failures;
  private readonly throttled;
  private readonly refusals = new ExpiringCache<{ toldAt: number }>(QUOTA_WINDOW_MS, MAX_REFUSED_CALLERS);
  private readonly outsiders = new Coalescer<string>(MAX_REASONS, (reason, count) => {
    this.log.log({ message: 'Caller refused', reason, count });
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

  /** `code` is the code of the refusal. */
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
    } else if (error instanceof ForeignOriginError || error instanceof CsrfTokenInvalidError) {
      this.notAdmitted(error.code);
    }
  }

  lacksScope({ name }: Caller, scope: ScopeName): void {
    this.failures.inc({ reason: 'insufficient-scope' });
    this.log.log({ message: 'Caller lacks a scope', caller: name, scope });
  }

  metClosedRoute(url: string | undefined): void {
    this.failures.inc({ reason: 'route-closed' });
    this.log.error({ message: 'Route without an access rule refused', url });
  }

  /** Counts each refusal, and logs one per caller and minute: a caller that meets a limit tends to meet it often. */
  quotaExceeded({ name }: Caller, { moreInMs }: Quota): void {
    this.throttled.inc({ policy: CALLER_POLICY });
    const now = performance.now();
    const refusals = this.refusals.get(name, () => ({ toldAt: -Infinity }));
    if (now - refusals.toldAt < QUOTA_WINDOW_MS) return;
    refusals.toldAt = now;
    const facts = { caller: name, policy: CALLER_POLICY, retryAfterMs: moreInMs };
    this.log.log({ message: 'Request quota exceeded', ...facts });
  }

  signingKeysFetched(): void {
    if (this.issuer !== 'well') this.log.log('JWKS fetch recovered');
    this.issuer = 'well';
  }

  /** Logged once per outage, and once more when the last known keys have expired and all tokens are refused. */
  signingKeysFailed(error: unknown, areUsable: boolean): void {
    const found = areUsable ? 'away' : 'away-too-long';
    if (found === this.issuer) return;
    this.issuer = found;
    const message = 'JWKS fetch failed';
    if (areUsable) this.log.warn({ message: `${message}; last known keys stay in force`, error });
    else this.log.error({ message: `${message}; all tokens refused`, error });
  }
}
