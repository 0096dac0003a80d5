import { type INestApplicationContext, Global, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommonModule } from '../../src/common/common.module';
import { SharedTokenBucketStore } from '../../src/common/limits/shared-token-bucket-store';
import { FakeSharedTokenBucketStore } from '../../src/common/limits/shared-token-bucket-store.fake';
import { ConfigModule } from '../../src/config/config.module';
import { newDataKey } from '../../src/config/data-key-list';
import { readEnvironment } from '../../src/config/read-environment';
import { GenesysModule } from '../../src/genesys/genesys.module';
import { LiveQueues } from '../../src/genesys/ports/live-queues';
import { FakeLiveQueues } from '../../src/genesys/ports/live-queues.fake';
import { NotificationChannelStore } from '../../src/genesys/ports/notification-channel.store';
import { FakeNotificationChannelStore } from '../../src/genesys/ports/notification-channel.store.fake';
import { HealthChecks } from '../../src/health/health-checks';
import { Metrics } from '../../src/metrics/metrics';
import { ConversationEvents } from '../../src/session/ports/conversation-events';
import { FactIntake } from '../../src/session/ports/fact-intake';
import { FakeFactIntake } from '../../src/session/ports/fact-intake.fake';
import { GuestCredentials } from '../../src/session/ports/guest-credentials';
import { FakeGuestCredentials } from '../../src/session/ports/guest-credentials.fake';
import type { GuestChannel } from '../../src/session/ports/guest-channel';
import { GuestChannels } from '../../src/session/ports/guest-channels';
import { MessageIntake } from '../../src/session/ports/message-intake';
import { FakeMessageIntake } from '../../src/session/ports/message-intake.fake';
import { LeaseFence } from '../../src/session/ports/lease-fence';
import { FakeLeaseFence } from '../../src/session/ports/lease-fence.fake';
import type { GenesysSimulator } from '../../src/simulator/genesys-simulator';
import { DEMO_DEPLOYMENT_ID } from '../../src/simulator/web-messaging/deployment';
import { CHANNEL_CLIENT, OPEN_INTEGRATION } from './channel-client';

/** Providers that the adapters inject from features that this process does not have. */
@Global()
@Module({
  providers: [
    Metrics,
    HealthChecks,
    ConversationEvents,
    { provide: GuestChannels, useFactory: () => new GuestChannels() },
    { provide: GuestCredentials, useClass: FakeGuestCredentials },
    { provide: MessageIntake, useClass: FakeMessageIntake },
    { provide: FactIntake, useClass: FakeFactIntake },
    { provide: NotificationChannelStore, useClass: FakeNotificationChannelStore },
    { provide: LiveQueues, useClass: FakeLiveQueues },
    FakeLeaseFence,
    { provide: LeaseFence, useExisting: FakeLeaseFence },
    { provide: SharedTokenBucketStore, useFactory: () => new FakeSharedTokenBucketStore() },
  ],
  exports: [
    Metrics,
    HealthChecks,
    ConversationEvents,
    GuestChannels,
    GuestCredentials,
    MessageIntake,
    FakeLeaseFence,
    LeaseFence,
    SharedTokenBucketStore,
    FactIntake,
    NotificationChannelStore,
    LiveQueues,
  ],
})
class SurroundingsModule {}

/** The modules of such a process. */
@Module({})
class ProcessModule {}

/** The adapter to Genesys Cloud as in one process of the service, without the rest of the service. */
export class ChannelProcess implements AsyncDisposable {
  private constructor(private readonly context: INestApplicationContext) {}

  static async start(
    { url }: GenesysSimulator,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<ChannelProcess> {
    const environment = readEnvironment({
      DATA_KEY: newDataKey('channel'),
      ACCESS_MODE: 'open',
      GENESYS_LOGIN_URL: url,
      GENESYS_API_URL: url,
      GENESYS_MESSAGING_URL: url.replace('http:', 'ws:'),
      GENESYS_CDN_URL: url,
      GENESYS_UPLOAD_ALLOW_PRIVATE: 'true',
      GENESYS_CLIENT_ID: CHANNEL_CLIENT.id,
      GENESYS_CLIENT_SECRET: CHANNEL_CLIENT.secret,
      GENESYS_DEPLOYMENT_ID: DEMO_DEPLOYMENT_ID,
      GENESYS_ORIGIN: 'https://shop.example',
      GENESYS_OPEN_INTEGRATIONS: JSON.stringify([
        { id: OPEN_INTEGRATION.id, secrets: [OPEN_INTEGRATION.secret] },
      ]),
      ...settings,
    });
    const imports = [
      ConfigModule.forEnvironment(environment),
      CommonModule,
      SurroundingsModule,
      GenesysModule,
    ];
    const context = await NestFactory.createApplicationContext(
      { module: ProcessModule, imports },
      { logger: false, abortOnError: false },
    );
    return new ChannelProcess(context);
  }

  channel(type: Type<GuestChannel>): GuestChannel {
    return this.context.get(type, { strict: false });
  }

  /** The lease of this process, for a test to put in doubt. */
  get leaseFence(): FakeLeaseFence {
    return this.context.get(FakeLeaseFence, { strict: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}
