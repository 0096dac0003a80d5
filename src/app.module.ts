import { type DynamicModule, Global, Module, type OnModuleDestroy } from '@nestjs/common';
import { AccessModule } from './access/access.module';
import { AuditModule } from './audit/audit.module';
import { AuditObserver } from './audit/ports/audit-observer';
import { CommonModule } from './common/common.module';
import { Drain } from './common/lifecycle/drain';
import { InFlightRequests } from './common/lifecycle/in-flight-requests';
import { ConfigModule } from './config/config.module';
import type { Environment } from './config/environment';
import { WebMessagingConfig } from './config/web-messaging.config';
import { CrmModule } from './crm/crm.module';
import { ConversationsMessagingChannel } from './genesys/conversations-messaging/conversations-messaging.channel';
import { EventsModule } from './events/events.module';
import { GenesysModule } from './genesys/genesys.module';
import { WebMessagingChannel } from './genesys/web-messaging/web-messaging.channel';
import { HealthModule } from './health/health.module';
import { AuditTelemetry } from './metrics/audit.telemetry';
import { MessagesModule } from './messages/messages.module';
import { MetricsModule } from './metrics/metrics.module';
import { PersistenceModule } from './persistence/persistence.module';
import { PrivacyModule } from './privacy/privacy.module';
import { ProblemsModule } from './problems/problems.module';
import { ConversationEvents } from './session/ports/conversation-events';
import type { GuestChannel } from './session/ports/guest-channel';
import { GuestChannels } from './session/ports/guest-channels';
import { Lease } from './replica/ports/lease';
import { ReplicaModule } from './replica/replica.module';
import { SecretFilesModule } from './secret-files/secret-files.module';
import { SessionPolicies } from './session/ports/session-policies';
import { LeaseFence } from './session/ports/lease-fence';
import { SessionModule } from './session/session.module';
import { EventSinks } from './sync/ports/event-sinks';
import { SyncModule } from './sync/sync.module';

/** Bindings between features and adapters, so that neither names the other. */
@Global()
@Module({
  providers: [
    {
      provide: GuestChannels,
      inject: [WebMessagingConfig, ConversationsMessagingChannel, WebMessagingChannel],
      useFactory: (config: WebMessagingConfig, rest: GuestChannel, webMessaging: GuestChannel) =>
        // Without a deployment there is no WebSocket that a guest could connect to.
        new GuestChannels(config.isComplete ? [rest, webMessaging] : [rest]),
    },
    {
      provide: AuditObserver,
      inject: [AuditTelemetry],
      useFactory: (counts: AuditTelemetry): AuditObserver => counts,
    },
    { provide: EventSinks, useFactory: () => new EventSinks() },
    SessionPolicies,
    { provide: LeaseFence, inject: [Lease], useFactory: (lease: Lease): LeaseFence => lease },
    ConversationEvents,
  ],
  exports: [LeaseFence, AuditObserver, GuestChannels, SessionPolicies, ConversationEvents, EventSinks],
})
class WiringModule {}

/** The composition root: the only file that names adapters. */
@Module({})
export class AppModule implements OnModuleDestroy {
  static forEnvironment(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forEnvironment(environment),
        CommonModule,
        MetricsModule,
        HealthModule,
        SecretFilesModule,
        ProblemsModule,
        AuditModule,
        AccessModule,
        PersistenceModule,
        ReplicaModule,
        GenesysModule,
        CrmModule,
        WiringModule,
        SessionModule,
        MessagesModule,
        EventsModule,
        SyncModule,
        PrivacyModule,
      ],
    };
  }

  constructor(
    private readonly drain: Drain,
    private readonly requests: InFlightRequests,
  ) {}

  /** The first step of the shutdown: new work is refused, requests in flight may finish, readiness fails. */
  async onModuleDestroy(): Promise<void> {
    this.drain.begin();
    await this.requests.idle(this.drain.signal);
  }
}
