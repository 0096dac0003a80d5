import { Global, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { CommonModule } from '../common/common.module';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { ConfigModule } from '../config/config.module';
import { MINIMAL } from '../config/environment.fake';
import { readEnvironment } from '../config/read-environment';
import { Metrics } from '../metrics/metrics';
import { anEvent } from '../sync/domain/delivery.builder';
import { EventSinks } from '../sync/ports/event-sinks';
import { CrmModule } from './crm.module';
import { HttpReceiver } from './http-receiver.fake';

/** A pool of another module, which may connect to any address. */
@Module({ imports: [OutboundHttpModule.withConnections(64)] })
class OtherModule {}

@Global()
@Module({
  providers: [Metrics, { provide: EventSinks, useFactory: () => new EventSinks() }],
  exports: [Metrics, EventSinks],
})
class SurroundingsModule {}

let receiver: HttpReceiver;
let application: TestingModule | undefined;

beforeEach(async () => {
  receiver = await HttpReceiver.start();
});
afterEach(async () => {
  await application?.close();
  application = undefined;
  await receiver[Symbol.asyncDispose]();
});

async function sinksWith(variables: Record<string, string>): Promise<EventSinks> {
  const config = ConfigModule.forEnvironment(readEnvironment({ ...MINIMAL, ...variables }));
  const imports = [config, CommonModule, OtherModule, SurroundingsModule, CrmModule];
  application = await Test.createTestingModule({ imports }).compile();
  await application.init();
  return application.get(EventSinks);
}

async function deliveredBy(sinks: EventSinks): Promise<unknown> {
  try {
    await sinks.get('crm')?.deliver(anEvent(), new AbortController().signal, () => undefined);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

describe(CrmModule.name, () => {
  it('is an event sink only if there is a webhook', async () => {
    expect((await sinksWith({})).names).toEqual([]);
  });

  it('connects to public addresses only by default', async () => {
    const url = receiver.url.replace('http://', 'https://');

    expect(await deliveredBy(await sinksWith({ CRM_WEBHOOK_URL: url }))).toBe('address not allowed');
    expect(receiver.received).toEqual([]);
  });

  it('connects to any address if private ones are allowed, and signs with the configured secret', async () => {
    const sinks = await sinksWith({
      CRM_WEBHOOK_URL: receiver.url,
      CRM_WEBHOOK_ALLOW_PRIVATE: 'true',
      CRM_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    });

    expect(await deliveredBy(sinks)).toBe('accepted');
    expect(receiver.received[0]?.headers['webhook-signature']).toMatch(/^v1,[\w+/]{43}=$/);
  });
});
