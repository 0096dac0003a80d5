import { Global, Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module';
import { TokenEndpoint } from '../auth/ports/token-endpoint';
import { UpstreamCapacity } from '../session/ports/upstream-capacity';
import { SharedTokenBucketStore } from '../common/limits/shared-token-bucket-store';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { ProxyConfig } from '../config/proxy.config';
import { WebMessagingConfig } from '../config/web-messaging.config';
import { ConversationsMessagingChannel } from './conversations-messaging/conversations-messaging.channel';
import { GenesysStartup } from './genesys-startup';
import { OAuthTokenEndpoint } from './oauth/oauth-token-endpoint';
import { ClientPool } from './transport/client-pool';
import { GenesysApi } from './transport/genesys-api';
import { GenesysHttp } from './transport/genesys-http';
import { GenesysTelemetry } from './transport/genesys.telemetry';
import { UpstreamCircuits } from './transport/upstream-circuits';
import { ConversationEnd } from './web-messaging/conversation-end';
import { ConversationLookup } from './web-messaging/conversation-lookup';
import { DeploymentConfig } from './web-messaging/deployment-config';
import { EndDetectionTelemetry } from './web-messaging/end-detection.telemetry';
import { GuestSockets } from './web-messaging/guest-sockets';
import { GenesysHistory } from './web-messaging/history/genesys-history';
import { GuestHistory } from './web-messaging/history/guest-history';
import { GuestConnectionFactory } from './web-messaging/connection/guest-connection-factory';
import { WsConnectionFactory } from './web-messaging/connection/ws-connection-factory';
import { GuestLogin } from './web-messaging/login/guest-login';
import { ConnectRateLimiter } from './web-messaging/pacing/connect-rate-limiter';
import { PlatformConversations } from './web-messaging/platform-conversations';
import { MessagingDependencies } from './web-messaging/socket/messaging-dependencies';
import { UploadModule } from './web-messaging/upload/upload.module';
import { WebAuthentication } from './web-messaging/web-authentication';
import { WebMessagingChannel } from './web-messaging/web-messaging.channel';
import { WebMessages } from './web-messaging/web-messages';
import { WebMessagingTelemetry } from './web-messaging/web-messaging.telemetry';

/** Connections to Genesys Cloud: enough for bursts of beats, few enough not to look like an attack. */
const CONNECTIONS = 128;

const PROXIED = { inject: [ProxyConfig], useFactory: ({ proxies }: ProxyConfig) => ({ proxies }) };

/** What guest sessions over the guest WebSocket are made of. */
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
  MessagingDependencies,
  DeploymentConfig,
  EndDetectionTelemetry,
  PlatformConversations,
  ConversationEnd,
  ConversationLookup,
  GuestSockets,
  GuestLogin,
  WebAuthentication,
  WebMessages,
  WebMessagingChannel,
];

/** The adapter to Genesys Cloud: its channels, and the token endpoint that Auth asks for tokens. */
@Global()
@Module({
  imports: [AuthModule, UploadModule, OutboundHttpModule.withConnections(CONNECTIONS, PROXIED)],
  providers: [
    GenesysTelemetry,
    UpstreamCircuits,
    ClientPool,
    { provide: UpstreamCapacity, useExisting: ClientPool },
    GenesysHttp,
    GenesysApi,
    GenesysStartup,
    OAuthTokenEndpoint,
    { provide: TokenEndpoint, useExisting: OAuthTokenEndpoint },
    ConversationsMessagingChannel,
    ...WEB_MESSAGING,
  ],
  exports: [
    TokenEndpoint,
    UpstreamCapacity,
    ConversationsMessagingChannel,
    WebMessagingChannel,
    GuestSockets,
  ],
})
export class GenesysModule {}
