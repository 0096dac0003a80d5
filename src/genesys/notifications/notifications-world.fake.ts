import { AccessTokenService } from '../../auth/access-token.service';
import { AuthTelemetry } from '../../auth/auth.telemetry';
import { FakeTokenEndpoint } from '../../auth/ports/token-endpoint.fake';
import { FakeSharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store.fake';
import { NameResolver } from '../../common/names/name-resolver';
import { SettableClock } from '../../common/time/settable-clock.fake';
import { SystemClock } from '../../common/time/system-clock';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { NotificationsConfig } from '../../config/notifications.config';
import { ProxyConfig } from '../../config/proxy.config';
import { HealthChecks } from '../../health/health-checks';
import { Metrics } from '../../metrics/metrics';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { FakeLeaseFence } from '../../session/ports/lease-fence.fake';
import { FakeLiveQueues } from '../ports/live-queues.fake';
import { FakeNotificationChannelStore } from '../ports/notification-channel.store.fake';
import { GenesysApiClient } from '../transport/genesys-api-client';
import { OAuthClientPool } from '../transport/oauth-client-pool';
import { WebSocketOpener } from '../transport/web-socket-opener';
import { NotificationConnections } from './notification-connections';
import { FakeNotificationListener } from './notification-listener.fake';
import { NotificationOwner } from './notification-owner';
import { NotificationQueue } from './notification-queue';
import { NotificationRequests } from './notification-requests';
import type { NotificationServiceFake } from './notification-service.fake';
import { NotificationServices } from './notification-services';
import { NotificationsTelemetry } from './notifications.telemetry';
import { TopicAvailability } from './topic-availability';

/** The time at which a test begins, in epoch milliseconds. */
export const START = 1_700_000_000_000;

/** The owner of the notification channels with everything around it, as in one replica, over a faked platform. */
export class NotificationsWorld {
  readonly metrics = new ReadableMetrics();
  readonly health = new HealthChecks();
  readonly clock = new SettableClock();
  readonly listener = new FakeNotificationListener();
  readonly telemetry: NotificationsTelemetry;
  readonly requests: NotificationRequests;
  readonly events: NotificationQueue;
  readonly owner: NotificationOwner;

  /** Replicas of one world share `store`, `queues` and the platform. */
  constructor(
    platform: NotificationServiceFake,
    readonly store = new FakeNotificationChannelStore(),
    readonly queues = new FakeLiveQueues(),
    settings: Partial<Environment> = {},
  ) {
    const environment = Object.assign(new Environment(), {
      GENESYS_API_URL: 'http://api.test',
      GENESYS_CLIENT_ID: 'client',
      GENESYS_CLIENT_SECRET: 'secret',
      GENESYS_NOTIFICATION_CHANNELS: 2,
      ...settings,
    });
    this.clock.at = START;
    const genesys = new GenesysConfig(environment);
    const config = new NotificationsConfig(environment);
    const auth = new AccessTokenService(
      new FakeTokenEndpoint(),
      new SystemClock(),
      new AuthTelemetry(new Metrics()),
    );
    const buckets = new FakeSharedTokenBucketStore();
    const pool = new OAuthClientPool(genesys, new Metrics(), new HealthChecks(), buckets);
    const api = new GenesysApiClient(platform, auth, pool, genesys, new FakeLeaseFence());
    const opener = new WebSocketOpener(new NameResolver(), new ProxyConfig(environment));
    this.telemetry = new NotificationsTelemetry(this.metrics, this.health, config);
    this.requests = new NotificationRequests(api, genesys, this.clock);
    this.events = new NotificationQueue(this.listener, this.telemetry);
    const connections = new NotificationConnections(opener, genesys);
    const services = new NotificationServices(
      this.requests,
      connections,
      this.events,
      this.telemetry,
      this.clock,
    );
    const availability = new TopicAvailability(this.requests, this.telemetry);
    this.owner = new NotificationOwner(config, this.store, this.queues, availability, services);
  }
}
