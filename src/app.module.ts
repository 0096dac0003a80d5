import { type DynamicModule, Global, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AccessModule } from './access/access.module';
import { AuditModule } from './audit/audit.module';
import { AuditObserver } from './audit/ports/audit-observer';
import { CommonModule } from './common/common.module';
import { Drain } from './common/lifecycle/drain';
import { InFlightRequests } from './common/lifecycle/in-flight-requests';
import { ConfigModule } from './config/config.module';
import { ConfigurationError } from './config/configuration.errors';
import type { Environment } from './config/environment';
import { SessionConfig } from './config/session.config';
import { ConsoleModule } from './console/console.module';
import { CrmModule } from './crm/crm.module';
import { DoctorModule } from './doctor/doctor.module';
import { EventsModule } from './events/events.module';
import { GenesysModule } from './genesys/genesys.module';
import { HealthModule } from './health/health.module';
import { AuditTelemetry } from './metrics/audit.telemetry';
import { MessagesModule } from './messages/messages.module';
import { MetricsModule } from './metrics/metrics.module';
import { PersistenceModule } from './persistence/persistence.module';
import { PrivacyModule } from './privacy/privacy.module';
import { ProblemsModule } from './problems/problems.module';
import { ConversationEvents } from './session/ports/conversation-events';
import { GuestChannels } from './session/ports/guest-channels';
import { Lease } from './replica/ports/lease';
import { ReplicaModule } from './replica/replica.module';
import { SecretFilesModule } from './secret-files/secret-files.module';
import { SessionPolicies } from './session/ports/session-policies';
import { LeaseFence } from './session/ports/lease-fence';
import { SessionModule } from './session/session.module';
import { StatisticsModule } from './statistics/statistics.module';
import { EventSinks } from './sync/ports/event-sinks';
import { SyncModule } from './sync/sync.module';
import { WebhooksModule } from './webhooks/webhooks.module';
import { TracingModule } from './tracing/tracing.module';
import { WatchdogModule } from './watchdog/watchdog.module';

/** Bindings between features and adapters, so that neither names the other. */
@Global()
@Module({
  providers: [
    { provide: GuestChannels, useFactory: () => new GuestChannels() },
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
export class AppModule implements OnModuleInit, OnModuleDestroy {
  static forEnvironment(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forEnvironment(environment),
        CommonModule,
        MetricsModule,
        TracingModule,
        HealthModule,
        SecretFilesModule,
        ProblemsModule,
        AuditModule,
        AccessModule,
        ConsoleModule.forEnvironment(environment),
        PersistenceModule,
        ReplicaModule,
        GenesysModule,
        CrmModule,
        WiringModule,
        SessionModule,
        MessagesModule,
        EventsModule,
        SyncModule,
        WebhooksModule,
        PrivacyModule,
        StatisticsModule,
        DoctorModule.forEnvironment(environment),
        WatchdogModule,
      ],
    };
  }

  constructor(
    private readonly drain: Drain,
    private readonly requests: InFlightRequests,
    private readonly channels: GuestChannels,
    private readonly config: SessionConfig,
  ) {}

  /** The last module to be initialized, when every channel is registered. Throws `ConfigurationError`. */
  onModuleInit(): void {
    const { names } = this.channels;
    if (!names.includes(this.config.defaultChannel))
      throw new ConfigurationError([`GENESYS_CHANNEL must be one of: ${names.join(', ')}`]);
  }

  /** The first step of stopping: nothing new is accepted, what is being served may finish, readiness says no. */
  async onModuleDestroy(): Promise<void> {
    this.drain.begin();
    await this.requests.idle(this.drain.signal);
  }
}
