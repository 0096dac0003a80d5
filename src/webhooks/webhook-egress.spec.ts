import { Test } from '@nestjs/testing';
import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { Agent, type Dispatcher } from 'undici';
import { HttpClient } from '../common/http/http-client';
import { OutboundHttpModule } from '../common/http/outbound-http.module';
import { EgressForbiddenError } from '../common/http/outbound.errors';
import { OutboundPool } from '../common/http/outbound-pool';
import { publicOnlyConnector } from '../common/http/public-only-connector';
import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { SystemClock } from '../common/time/system-clock';
import { WebhookClient } from '../common/webhook/webhook-client';
import { CONFIGURABLE, NAMES, REFUSED_AT_START } from '../crm/forbidden-targets.fake';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { DeliveryFailedError } from '../sync/domain/delivery.errors';
import { aWebhook } from './domain/webhook.builder';
import type { WebhookEvent } from './domain/webhook-event';
import { FakeWebhookQueue } from './ports/webhook-queue.fake';
import { WebhookSink } from './webhook-sink';
import { WebhooksTelemetry } from './webhooks.telemetry';

let server: Server;
let port: number;
let connections: number;
let metrics: ReadableMetrics;
let dispatcher: Dispatcher;

beforeEach(async () => {
  connections = 0;
  metrics = new ReadableMetrics();
  server = createServer((_, response) => response.writeHead(204).end());
  server.on('connection', () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  await dispatcher.destroy();
  server.closeAllConnections();
  server.close();
});

function addressesOf(addresses: readonly string[] | undefined): Promise<LookupAddress[]> {
  if (addresses === undefined) return Promise.reject(new Error('There is no such name'));
  return Promise.resolve(addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 })));
}

/** The sink over these connections. */
async function sinkOver(connected: Dispatcher): Promise<WebhookSink> {
  dispatcher = connected;
  const testing = await Test.createTestingModule({ imports: [OutboundHttpModule.withConnections(4)] })
    .overrideProvider(OutboundPool)
    .useValue(connected)
    .compile();
  const clock = new SystemClock();
  const client = new WebhookClient(testing.get(HttpClient, { strict: false }), clock);
  const telemetry = new WebhooksTelemetry(
    metrics,
    new FakeWebhookQueue(),
    new PoisonMessageReporter(),
    clock,
  );
  return new WebhookSink(client, clock, telemetry);
}

/** Delivers an event to a host as written, and returns the failure. */
async function deliveredTo(
  sink: WebhookSink,
  host: string,
  scheme = 'https',
): Promise<DeliveryFailedError | undefined> {
  const target = aWebhook({ url: `${scheme}://${host}:${port}/hook` });
  const event: WebhookEvent = {
    id: 'event',
    type: 'session.connected',
    conversationId: 'conversation',
    sequence: 1,
    occurredAt: 0,
    data: {},
    target,
  };
  try {
    await sink.deliver(event, new AbortController().signal, () => undefined);
    return undefined;
  } catch (error) {
    if (error instanceof DeliveryFailedError) return error;
    throw error;
  }
}

describe(`${WebhookSink.name}, with a URL of a caller that leads to an address that is not public`, () => {
  it('sends nothing to any spelling or name of it', async () => {
    const sink = await sinkOver(
      new OutboundPool(4, { publicOnly: true, resolve: (name) => addressesOf(NAMES[name]) }),
    );
    const reached: string[] = [];
    const hosts = [...CONFIGURABLE, ...REFUSED_AT_START, ...Object.keys(NAMES)];
    for (const host of hosts) {
      const failure = await deliveredTo(sink, host);
      if (!(failure?.cause instanceof EgressForbiddenError)) reached.push(host);
    }

    expect(reached).toEqual([]);
    expect(connections).toBe(0);
    expect(await metrics.sample('webhook_egress_blocked_total')).toBe(hosts.length);
  });

  it('refuses a name that was rebound after a look-up that was allowed', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1'], ['10.1.2.3', '127.0.0.1']];
    const connect = publicOnlyConnector(3_000, () => addressesOf(answers.shift()));
    // A connection from the loopback cannot leave this machine: the attempt fails at once and names its target.
    const sink = await sinkOver(new Agent({ connect, localAddress: '127.0.0.1' }));
    const failures: unknown[] = [];
    for (const scheme of ['http', 'http', 'https'])
      failures.push(await deliveredTo(sink, 'rebinding.example.com', scheme));

    expect(failures).toEqual([
      expect.objectContaining({
        message: 'no connection',
        cause: expect.objectContaining({ syscall: 'connect', address: '8.8.8.8' }),
      }),
      expect.objectContaining({ message: 'address not allowed', status: undefined, isReceiverGone: false }),
      expect.objectContaining({ message: 'address not allowed' }),
    ]);
    expect(connections).toBe(0);
  });

  it('would reach it without the restriction', async () => {
    const sink = await sinkOver(new OutboundPool(4));

    expect(await deliveredTo(sink, '127.0.0.1', 'http')).toBeUndefined();
    expect(connections).toBe(1);
  });
});
