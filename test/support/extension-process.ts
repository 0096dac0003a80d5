import { type DynamicModule, Global, type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommonModule } from '../../src/common/common.module';
import { ConfigModule } from '../../src/config/config.module';
import { MINIMAL } from '../../src/config/environment.fake';
import { readEnvironment } from '../../src/config/read-environment';
import { HealthChecks } from '../../src/health/health-checks';
import { Metrics } from '../../src/metrics/metrics';
import { ConversationEvents } from '../../src/session/ports/conversation-events';
import type { GuestChannel } from '../../src/session/ports/guest-channel';
import { GuestChannels } from '../../src/session/ports/guest-channels';
import { LeaseFence } from '../../src/session/ports/lease-fence';
import { FakeLeaseFence } from '../../src/session/ports/lease-fence.fake';
import { SessionPolicies } from '../../src/session/ports/session-policies';
import { EventSinks } from '../../src/sync/ports/event-sinks';

const SERVICE = [
  Metrics,
  HealthChecks,
  ConversationEvents,
  SessionPolicies,
  FakeLeaseFence,
  { provide: LeaseFence, useExisting: FakeLeaseFence },
  { provide: GuestChannels, useFactory: () => new GuestChannels() },
  { provide: EventSinks, useFactory: () => new EventSinks() },
];

/** Everything of the service that an extension may inject, without the service. */
@Global()
@Module({
  providers: SERVICE,
  exports: SERVICE.map((provider) => ('provide' in provider ? provider.provide : provider)),
})
class SurroundingsModule {}

@Module({})
class ProcessModule {}

/** An extension's module as one process of the service has it, and nothing else of the service. */
export class ExtensionProcess implements AsyncDisposable {
  private constructor(private readonly context: INestApplicationContext) {}

  static async start(extension: DynamicModule | Type): Promise<ExtensionProcess> {
    const imports = [
      ConfigModule.forEnvironment(readEnvironment(MINIMAL)),
      CommonModule,
      SurroundingsModule,
      extension,
    ];
    const context = await NestFactory.createApplicationContext(
      { module: ProcessModule, imports },
      { logger: false, abortOnError: false },
    );
    return new ExtensionProcess(context);
  }

  /** A registered channel. */
  channel(name: string): GuestChannel {
    return this.context.get(GuestChannels, { strict: false }).get(name);
  }

  /** The lease of this process, for a test to put in doubt. */
  get leaseFence(): FakeLeaseFence {
    return this.context.get(FakeLeaseFence, { strict: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}
