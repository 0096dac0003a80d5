import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { UpstreamError } from '../common/errors/upstream.errors';
import { GenesysConfig } from '../config/genesys.config';
import { WebMessagingConfig } from '../config/web-messaging.config';
import { GenesysApiClient } from './transport/genesys-api-client';

/** The start goes on after this long: a login that does not answer is no reason not to serve. */
const TOKEN_TIMEOUT_MS = 3_000;

/**
 * Logs the hosts of Genesys Cloud at the start, and asks the login for a token of each OAuth client, so that a wrong
 * region or secret is in the log and in readiness before the first session. Never fails the start.
 */
@Injectable()
export class GenesysStartup implements OnApplicationBootstrap {
  private readonly log = new Logger('Genesys');

  constructor(
    private readonly config: GenesysConfig,
    private readonly webMessaging: WebMessagingConfig,
    private readonly api: GenesysApiClient,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.logHosts();
    if (!this.config.signsInAtStart) return;
    const signedIn = Promise.all(this.config.clients.ids.map((id) => this.signIn(id)));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => {
      timer = setTimeout(resolve, TOKEN_TIMEOUT_MS);
    });
    await Promise.race([signedIn, timeout]);
    clearTimeout(timer);
  }

  private logHosts(): void {
    for (const [upstream, url] of this.hosts)
      this.log.log({ message: 'Upstream in use', upstream, host: new URL(url).host });
    for (const setting of this.config.overriddenBy)
      this.log.warn({ message: 'GENESYS_REGION is overridden by another setting', setting });
  }

  private get hosts(): readonly (readonly [upstream: string, url: string])[] {
    const { loginUrl, apiUrl } = this.config;
    const { socketUrl, deploymentUrl, isComplete } = this.webMessaging;
    const ofGuests = [
      ['messaging', socketUrl],
      ['cdn', deploymentUrl],
    ] as const;
    return [['login', loginUrl], ['api', apiUrl], ...(isComplete ? ofGuests : [])];
  }

  /** A failure is logged, counted and shown in readiness where the token is asked for. */
  private async signIn(oauthClient: string): Promise<void> {
    try {
      await this.api.signIn(oauthClient);
    } catch (error) {
      if (!(error instanceof UpstreamError)) this.log.warn({ message: 'Sign-in failed', oauthClient, error });
    }
  }
}
