import { Injectable, Logger } from '@nestjs/common';
import { UpstreamUnauthorizedError } from '../common/errors/upstream.errors';
import { Metrics } from '../metrics/metrics';

/** What Auth has to tell operators. */
@Injectable()
export class AuthTelemetry {
  private readonly log = new Logger('Auth');
  private readonly refreshes;

  constructor(metrics: Metrics) {
    this.refreshes = metrics.counter('oauth_refresh_total', 'Requests for access tokens by result', [
      'result',
    ]);
  }

  tokenIssued(): void {
    this.refreshes.inc({ result: 'ok' });
    this.log.debug('A new access token was issued');
  }

  tokenRefused(): void {
    this.refreshes.inc({ result: 'invalidated' });
    this.log.log('Genesys Cloud refused a cached access token; asking for a new one');
  }

  tokenRequestFailed(error: unknown): void {
    this.refreshes.inc({ result: 'failed' });
    const message = 'No access token could be had';
    if (error instanceof UpstreamUnauthorizedError) this.log.error({ message, error });
    else this.log.warn({ message, error });
  }
}
