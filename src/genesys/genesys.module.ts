import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module';
import { TokenEndpoint } from '../auth/ports/token-endpoint';
import { GuestChannels } from '../session/ports/guest-channels';
import { UpstreamCapacity } from '../session/ports/upstream-capacity';
import { SharedTokenBucketStore } from '../common/limits/shared-token-bucket-store';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { ProxyConfig } from '../config/proxy.config';
import { WebMessagingConfig } from '../config/web-messaging.config';
import { ConversationsMessagingChannel } from './conversations-messaging/conversations-messaging-channel';
import { GenesysStartup } from './genesys-startup';
import { OAuthTokenEndpoint } from './oauth/oauth-token-endpoint';
import { OAuthClientPool } from './transport/oauth-client-pool';
import { GenesysApiClient } from './transport/genesys-api-client';
import { GenesysHttpClient } from './transport/genesys-http-client';
import { GenesysTelemetry } from './transport/genesys.telemetry';
import { WebSocketOpener } from './transport/web-socket-opener';
import { UpstreamCircuits } from './transport/upstream-circuits';
import { ConversationEventListener } from './notifications/conversation-event-listener';
import { NotificationConnections } from './notifications/notification-connections';
import { NotificationListener } from './notifications/notification-listener';
import { NotificationOwner } from './notifications/notification-owner';
import { NotificationQueue } from './notifications/notification-queue';
import { NotificationRequests } from './notifications/notification-requests';
import { NotificationServices } from './notifications/notification-services';
import { NotificationsTelemetry } from './notifications/notifications.telemetry';
import { TopicAvailability } from './notifications/topic-availability';
import { ConversationReconciler } from './platform-events/conversation-reconciler';
import { ConversationStates } from './platform-events/conversation-states';
import { ObservedStates } from './platform-events/observed-states';
import { PlatformEventIntake } from './platform-events/platform-event-intake';
import { PlatformEventsController } from './platform-events/platform-events.controller';
import { PlatformEventsTelemetry } from './platform-events/platform-events.telemetry';
import { SnapshotIntake } from './platform-events/snapshot-intake';
import { UnmatchedFacts } from './platform-events/unmatched-facts';
import { OpenMessagingConfig } from '../config/open-messaging.config';
import { InboundRequests } from './open-messaging/inbound-requests';
import { OpenMessages } from './open-messaging/open-messages';
import { OpenMessagingChannel } from './open-messaging/open-messaging-channel';
import { OpenMessagingTelemetry } from './open-messaging/open-messaging.telemetry';
import { OpenOpeningMessages } from './open-messaging/open-opening-messages';
import { PlatformParticipants } from './open-messaging/platform-participants';
import { DeliveryReceipts } from './open-messaging/webhook/delivery-receipts';
import { OpenWebhookController } from './open-messaging/webhook/open-webhook.controller';
import { WebhookIntake } from './open-messaging/webhook/webhook-intake';
import { WebhookSource } from './open-messaging/webhook/webhook-source';
import { EstimatedWaits } from './queues/estimated-waits';
import { QueuesController } from './queues/queues.controller';
import { ConversationTerminator } from './web-messaging/conversation/conversation-terminator';
import { ConversationLookup } from './web-messaging/conversation/conversation-lookup';
import { DeploymentConfig } from './web-messaging/deployment/deployment-config';
import { EndDetectionTelemetry } from './web-messaging/deployment/end-detection.telemetry';
import { GuestSockets } from './web-messaging/guest-sockets';
import { GenesysHistory } from './web-messaging/history/genesys-history';
import { GuestHistory } from './web-messaging/history/guest-history';
import { GuestConnectionFactory } from './web-messaging/connection/guest-connection-factory';
import { WsConnectionFactory } from './web-messaging/connection/ws-connection-factory';
import { GuestLogin } from './web-messaging/login/guest-login';
import { ConnectRateLimiter } from './web-messaging/pacing/connect-rate-limiter';
import { PlatformConversations } from './web-messaging/conversation/platform-conversations';
import { GuestSocketFactory } from './web-messaging/socket/guest-socket-factory';
import { UploadModule } from './web-messaging/upload/upload.module';
import { WebAuthentication } from './web-messaging/web-authentication';
import { WebMessagingChannel } from './web-messaging/web-messaging-channel';
import { WebMessages } from './web-messaging/web-messages';
import { WebMessagingTelemetry } from './web-messaging/web-messaging.telemetry';

/** Connections to Genesys Cloud: enough for bursts of beats, few enough not to look like an attack. */
const CONNECTIONS = 128;

const PROXIED = { inject: [ProxyConfig], useFactory: ({ proxies }: ProxyConfig) => ({ proxies }) };

/** Providers of the guest sessions over the guest WebSocket. */
const WEB_MESSAGING = [
  WebMessagingTelemetry,
  {
    provide: ConnectRateLimiter,
    inject: [SharedTokenBucketStore, WebMessagingConfig],
    useFactory: ConnectRateLimiter.of,
  },
  WsConnectionFactory,
  { provide: GuestConnectionFactory, useExisting: WsConnectionFactory },
  GenesysHistory,
  { provide: GuestHistory, useExisting: GenesysHistory },
  DeploymentConfig,
  EndDetectionTelemetry,
  PlatformConversations,
  ConversationTerminator,
  ConversationLookup,
  GuestLogin,
  GuestSocketFactory,
  GuestSockets,
  WebAuthentication,
  WebMessages,
  WebMessagingChannel,
];

/** Providers of the facts that Genesys Cloud reports, and of reading them. */
const PLATFORM_EVENTS = [
  PlatformEventsTelemetry,
  ConversationStates,
  SnapshotIntake,
  ObservedStates,
  UnmatchedFacts,
  PlatformEventIntake,
  ConversationReconciler,
];

/** Providers of the guest sessions over Open Messaging. */
const OPEN_MESSAGING = [
  OpenMessagingTelemetry,
  InboundRequests,
  PlatformParticipants,
  OpenMessages,
  OpenOpeningMessages,
  OpenMessagingChannel,
  DeliveryReceipts,
  WebhookIntake,
  WebhookSource,
];

/** Providers of the notification channels, which run where `GENESYS_NOTIFICATION_CHANNELS` allows any. */
const NOTIFICATIONS = [
  NotificationsTelemetry,
  NotificationRequests,
  NotificationConnections,
  ConversationEventListener,
  { provide: NotificationListener, useExisting: ConversationEventListener },
  NotificationQueue,
  NotificationServices,
  TopicAvailability,
  NotificationOwner,
];

/** The adapter to Genesys Cloud: its channels, and the token endpoint that Auth asks for tokens. */
@Global()
@Module({
  controllers: [OpenWebhookController, PlatformEventsController, QueuesController],
  imports: [AuthModule, UploadModule, OutboundHttpModule.withConnections(CONNECTIONS, PROXIED)],
  providers: [
    GenesysTelemetry,
    UpstreamCircuits,
    OAuthClientPool,
    { provide: UpstreamCapacity, useExisting: OAuthClientPool },
    GenesysHttpClient,
    GenesysApiClient,
    WebSocketOpener,
    GenesysStartup,
    EstimatedWaits,
    OAuthTokenEndpoint,
    { provide: TokenEndpoint, useExisting: OAuthTokenEndpoint },
    ConversationsMessagingChannel,
    ...PLATFORM_EVENTS,
    ...WEB_MESSAGING,
    ...OPEN_MESSAGING,
    ...NOTIFICATIONS,
  ],
  exports: [TokenEndpoint, UpstreamCapacity, GuestSockets],
})
export class GenesysModule implements OnModuleInit {
  constructor(
    private readonly channels: GuestChannels,
    private readonly config: WebMessagingConfig,
    private readonly rest: ConversationsMessagingChannel,
    private readonly webMessaging: WebMessagingChannel,
    private readonly openConfig: OpenMessagingConfig,
    private readonly openMessaging: OpenMessagingChannel,
  ) {}

  onModuleInit(): void {
    this.channels.add(this.rest);
    // Without a deployment there is nothing that a guest could connect to.
    if (this.config.isComplete) this.channels.add(this.webMessaging);
    if (this.openConfig.integrationIds.length > 0) this.channels.add(this.openMessaging);
  }
}
