import { AccessTokenService } from '../../auth/access-token.service';
import { AuthTelemetry } from '../../auth/auth.telemetry';
import { FakeTokenEndpoint } from '../../auth/ports/token-endpoint.fake';
import { Drain } from '../../common/lifecycle/drain';
import { FakeSharedTokenBucketStore } from '../../common/limits/shared-token-bucket-store.fake';
import { SystemClock } from '../../common/time/system-clock';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { OpenMessagingConfig } from '../../config/open-messaging.config';
import { HealthChecks } from '../../health/health-checks';
import { Metrics } from '../../metrics/metrics';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { guestAddressOf, type OpeningMessage } from '../../session/domain/opening-message';
import { anActiveSession } from '../../session/domain/session.builder';
import type { Conversation } from '../../session/ports/guest-channel';
import { FakeLeaseFence } from '../../session/ports/lease-fence.fake';
import { FakeFactIntake } from '../../session/ports/fact-intake.fake';
import { ConversationStates } from '../platform-events/conversation-states';
import { ObservedStates } from '../platform-events/observed-states';
import { SnapshotIntake } from '../platform-events/snapshot-intake';
import { GenesysApiClient } from '../transport/genesys-api-client';
import { FakeGenesysHttpClient } from '../transport/genesys-http-client.fake';
import { OAuthClientPool } from '../transport/oauth-client-pool';
import { InboundRequests } from './inbound-requests';
import { OpenMessages } from './open-messages';
import { OpenMessagingChannel } from './open-messaging-channel';
import { OpenMessagingTelemetry } from './open-messaging.telemetry';
import { OpenOpeningMessages } from './open-opening-messages';
import { PlatformParticipants } from './platform-participants';

export const INTEGRATION = { id: 'integration-1', secrets: ['0123456789abcdef-secret'] };
export const API = 'http://api.test/api/v2/conversations/messages';
export const GUEST: OpeningMessage = {
  text: 'Where is my order?',
  integrationId: INTEGRATION.id,
  guestId: 'guest-1',
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'ada@example.com',
};

/** A session of this channel. */
export function anOpenConversation(facts: Partial<Conversation> = {}): Conversation {
  const guestContext = { openingMessage: GUEST, customAttributes: { orderId: '42' } };
  const guestAddress = guestAddressOf(GUEST.integrationId, GUEST.guestId);
  return anActiveSession({
    channel: 'open-messaging',
    name: 'Ada',
    genesysConversationId: 'theirs',
    guestContext,
    guestAddress,
    ...facts,
  }).snapshot;
}

/** The channel with everything around it, over a faked HTTP client. */
export class OpenMessagingWorld {
  readonly http = new FakeGenesysHttpClient();
  readonly config: OpenMessagingConfig;
  readonly telemetry: OpenMessagingTelemetry;
  readonly metrics = new ReadableMetrics();
  readonly genesys: GenesysConfig;
  readonly pool: OAuthClientPool;
  readonly api: GenesysApiClient;
  readonly requests: InboundRequests;
  readonly facts = new FakeFactIntake();
  readonly states: ConversationStates;
  readonly messages: OpenMessages;
  readonly channel: OpenMessagingChannel;

  constructor(settings: Partial<Environment> = {}) {
    const environment = Object.assign(new Environment(), {
      GENESYS_API_URL: 'http://api.test',
      GENESYS_OPEN_INTEGRATIONS: [INTEGRATION],
      ...settings,
    });
    this.config = new OpenMessagingConfig(environment);
    this.telemetry = new OpenMessagingTelemetry(this.metrics);
    this.genesys = new GenesysConfig(environment);
    const config = this.genesys;
    const clock = new SystemClock();
    const auth = new AccessTokenService(new FakeTokenEndpoint(), clock, new AuthTelemetry(new Metrics()));
    const buckets = new FakeSharedTokenBucketStore();
    this.pool = new OAuthClientPool(config, new Metrics(), new HealthChecks(), buckets);
    const { pool } = this;
    this.api = new GenesysApiClient(this.http, auth, pool, config, new FakeLeaseFence());
    const { api } = this;
    this.requests = new InboundRequests(api, pool);
    this.states = new ConversationStates(api, config, clock);
    this.messages = new OpenMessages(this.requests, this.config, this.telemetry, clock, new Drain());
    this.channel = new OpenMessagingChannel(
      this.requests,
      new ObservedStates(this.states, new SnapshotIntake(this.facts)),
      new PlatformParticipants(api, config, clock),
      this.messages,
      new OpenOpeningMessages(this.config),
      this.config,
      clock,
    );
  }
}
