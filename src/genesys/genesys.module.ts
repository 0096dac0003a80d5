import { Global, Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module';
import { TokenEndpoint } from '../auth/ports/token-endpoint';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { ConversationsMessagingChannel } from './conversations-messaging/conversations-messaging.channel';
import { OAuthTokenEndpoint } from './oauth/oauth-token-endpoint';
import { GenesysApi } from './transport/genesys-api';
import { GenesysHttp } from './transport/genesys-http';
import { GenesysTelemetry } from './transport/genesys.telemetry';

/** Connections to Genesys Cloud: enough for bursts of beats, few enough not to look like an attack. */
const CONNECTIONS = 128;

/** The adapter to Genesys Cloud: its channels, and the token endpoint that Auth asks for tokens. */
@Global()
@Module({
  imports: [AuthModule, OutboundHttpModule.withConnections(CONNECTIONS)],
  providers: [
    GenesysTelemetry,
    GenesysHttp,
    GenesysApi,
    OAuthTokenEndpoint,
    { provide: TokenEndpoint, useExisting: OAuthTokenEndpoint },
    ConversationsMessagingChannel,
  ],
  exports: [TokenEndpoint, ConversationsMessagingChannel],
})
export class GenesysModule {}
