import { Injectable, Logger } from '@nestjs/common';
import { UpstreamUnauthorizedError } from '../common/errors/upstream.errors';
import { Metrics } from '../metrics/metrics';

/** What Auth has to tell operators. */
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
      this.log.log({ message: 'Access tokens can be had again', oauthClient: clientId });
    else this.log.debug('A new access token was issued');
  }

  tokenRefused(): void {
    this.refreshes.inc({ result: 'invalidated' });
    this.log.log('Genesys Cloud refused a cached access token; asking for a new one');
  }

  /** Loud once per outage: every beat of every session asks again. */
  tokenRequestFailed(clientId: string, error: unknown): void {
    this.refreshes.inc({ result: 'failed' });
    const message = 'No access token can be had';
    if (this.failing.has(clientId)) {
      this.log.debug({ message, oauthClient: clientId, error });
      return;
    }
    this.failing.add(clientId);
    if (error instanceof UpstreamUnauthorizedError) this.log.error({ message, oauthClient: clientId, error });
    else this.log.warn({ message, oauthClient: clientId, error });
  }
}
