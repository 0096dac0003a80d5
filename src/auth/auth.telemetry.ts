import { Injectable, Logger } from '@nestjs/common';
import { UpstreamUnauthorizedError } from '../common/errors/upstream.errors';
import { Metrics } from '../metrics/metrics';

/** Log lines and metrics of access tokens. */
@Injectable()
export class AuthTelemetry {
  private readonly log = new Logger('Auth');
  private readonly refreshes;
  private readonly failing = new Set<string>();

  constructor(metrics: Metrics) {
    this.refreshes = metrics.counter('oauth_refresh_total', 'Requests for access tokens by result', [
      'result',
    ]);
  }

  tokenIssued(clientId: string): void {
    this.refreshes.inc({ result: 'ok' });
    if (this.failing.delete(clientId))
      this.log.log({ message: 'Access token requests recovered', oauthClient: clientId });
    else this.log.debug('Access token issued');
  }

  tokenRefused(): void {
    this.refreshes.inc({ result: 'invalidated' });
    this.log.log('Cached access token refused; requesting a new one');
  }

  /** Logs loudly once per outage: every beat of every session requests again. */
  tokenRequestFailed(clientId: string, error: unknown): void {
    this.refreshes.inc({ result: 'failed' });
    const message = 'Access token request failed';
    if (this.failing.has(clientId)) {
      this.log.debug({ message, oauthClient: clientId, error });
      return;
    }
    this.failing.add(clientId);
    if (error instanceof UpstreamUnauthorizedError) this.log.error({ message, oauthClient: clientId, error });
    else this.log.warn({ message, oauthClient: clientId, error });
  }
}
