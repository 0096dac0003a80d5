import { Global, Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module';
import { TokenEndpoint } from '../auth/ports/token-endpoint';
import { UpstreamCapacity } from '../session/ports/upstream-capacity';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { ConversationsMessagingChannel } from './conversations-messaging/conversations-messaging.channel';
import { OAuthTokenEndpoint } from './oauth/oauth-token-endpoint';
import { ClientPool } from './transport/client-pool';
import { GenesysApi } from './transport/genesys-api';
import { GenesysHttp } from './transport/genesys-http';
import { GenesysTelemetry } from './transport/genesys.telemetry';
import { UpstreamGuards } from './transport/upstream-guards';

/** Connections to Genesys Cloud: enough for bursts of beats, few enough not to look like an attack. */
const CONNECTIONS = 128;

/** The adapter to Genesys Cloud: its channels, and the token endpoint that Auth asks for tokens. */
@Global()
@Module({
  imports: [AuthModule, OutboundHttpModule.withConnections(CONNECTIONS)],
  providers: [
    GenesysTelemetry,
    UpstreamGuards,
    ClientPool,
    { provide: UpstreamCapacity, useExisting: ClientPool },
    GenesysHttp,
    GenesysApi,
    OAuthTokenEndpoint,
    { provide: TokenEndpoint, useExisting: OAuthTokenEndpoint },
    ConversationsMessagingChannel,
  ],
  exports: [TokenEndpoint, UpstreamCapacity, ConversationsMessagingChannel],
})
export class GenesysModule {}
