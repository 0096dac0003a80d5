import { FakeLeaseFence } from '../../session/ports/lease-fence.fake';
import { AccessTokenService } from '../../auth/access-token.service';
import { AuthTelemetry } from '../../auth/auth.telemetry';
import { FakeTokenEndpoint } from '../../auth/ports/token-endpoint.fake';
import { FakeSharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store.fake';
import { SystemClock } from '../../common/time/system-clock';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { WebMessagingConfig } from '../../config/web-messaging.config';
import { HealthChecks } from '../../health/health-checks';
import { Metrics } from '../../metrics/metrics';
import { FakeFactIntake } from '../../session/ports/fact-intake.fake';
import { ConversationReconciler } from '../platform-events/conversation-reconciler';
import { PlatformEventsTelemetry } from '../platform-events/platform-events.telemetry';
import { SnapshotIntake } from '../platform-events/snapshot-intake';
import { ConversationEvents } from '../../session/ports/conversation-events';
import { FakeGuestCredentials } from '../../session/ports/guest-credentials.fake';
import { OAuthClientPool } from '../transport/oauth-client-pool';
import { GenesysApiClient } from '../transport/genesys-api-client';
import { FakeGenesysHttpClient } from '../transport/genesys-http-client.fake';
import { ConversationTerminator } from './conversation/conversation-terminator';
import { ConversationLookup } from './conversation/conversation-lookup';
import { DeploymentConfig } from './deployment/deployment-config';
import { GuestSockets } from './guest-sockets';
import { FakeGuestHistory } from './history/guest-history.fake';
import { FakeGuestConnectionFactory } from './connection/guest-connection-factory.fake';
import { GuestLogin } from './login/guest-login';
import { ConnectRateLimiter } from './pacing/connect-rate-limiter';
import { PlatformConversations } from './conversation/platform-conversations';
import { GuestSocketFactory } from './socket/guest-socket-factory';
import { FakeFileStorage } from './upload/file-storage.fake';
import { WebAuthentication } from './web-authentication';
import { WebMessages } from './web-messages';
import { WebMessagingChannel } from './web-messaging-channel';
import { WebMessagingTelemetry } from './web-messaging.telemetry';

const ENVIRONMENT = Object.assign(new Environment(), {
  GENESYS_API_URL: 'http://api.test',
  GENESYS_DEPLOYMENT_ID: 'dep-1',
});

/** The channel over a server and a platform in memory, under fake time. */
export class WebMessagingWorld {
  readonly http = new FakeGenesysHttpClient();
  readonly server = new FakeGuestConnectionFactory();
  readonly credentials = new FakeGuestCredentials();
  readonly events = new ConversationEvents();
  readonly sockets: GuestSockets;
  readonly facts = new FakeFactIntake();
  readonly reconciler: ConversationReconciler;
  readonly messages: WebMessages;
  readonly channel: WebMessagingChannel;

  constructor() {
    const { http, server, credentials } = this;
    const metrics = new Metrics();
    const genesys = new GenesysConfig(ENVIRONMENT);
    const config = new WebMessagingConfig(ENVIRONMENT);
    const auth = new AccessTokenService(
      new FakeTokenEndpoint(),
      new SystemClock(),
      new AuthTelemetry(metrics),
    );
    const api = new GenesysApiClient(
      http,
      auth,
      new OAuthClientPool(genesys, metrics, new HealthChecks(), new FakeSharedTokenBucketStore()),
      genesys,
      new FakeLeaseFence(),
    );
    const telemetry = new WebMessagingTelemetry(metrics);
    const platform = new PlatformConversations(api, genesys);
    const deployment = new DeploymentConfig(http, config);
    const login = new GuestLogin(http, genesys, config);
    const factory = new GuestSocketFactory(
      server,
      new ConnectRateLimiter(),
      new FakeGuestHistory(() => server.messages),
      new FakeFileStorage(),
      new SystemClock(),
      telemetry,
      config,
    );
    this.reconciler = new ConversationReconciler(
      api,
      genesys,
      new SystemClock(),
      new SnapshotIntake(this.facts),
      new PlatformEventsTelemetry(metrics),
    );
    this.sockets = new GuestSockets(factory, this.events, credentials, login);
    this.messages = new WebMessages(this.sockets, deployment);
    this.channel = new WebMessagingChannel(
      this.sockets,
      deployment,
      new ConversationTerminator(deployment, platform, config),
      this.messages,
      new WebAuthentication(this.sockets, deployment, login, credentials, config),
      new ConversationLookup(platform, this.events, telemetry),
      this.reconciler,
    );
  }

  /** Stops all sockets. Throws when a timer is left. */
  async close(): Promise<void> {
    this.sockets.beforeApplicationShutdown();
    this.reconciler.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(0);
    if (jest.getTimerCount() > 0) throw new Error(`${jest.getTimerCount()} timers are left`);
  }

  /** The result or the error of a call after a minute of fake time. */
  async outcomeOf<T>(call: Promise<T>): Promise<T | Error> {
    const outcome = call.catch((error: unknown) => error as Error);
    await jest.advanceTimersByTimeAsync(60_000);
    return outcome;
  }
}
