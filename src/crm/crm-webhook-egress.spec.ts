import { Logger } from '@nestjs/common';
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
import { ConfigurationError } from '../config/configuration.errors';
import { MINIMAL } from '../config/environment.fake';
import { readEnvironment } from '../config/read-environment';
import { ReadableMetrics } from '../metrics/readable-metrics.fake';
import { anEvent } from '../sync/domain/delivery.builder';
import { DeliveryFailedError } from '../sync/domain/delivery.errors';
import { aWebhookSink } from './crm-webhook.builder';
import { CrmWebhookSink } from './crm-webhook-sink';
import { CrmTelemetry } from './crm.telemetry';
import { CONFIGURABLE, NAMES, NO_URLS, REFUSED_AT_START } from './forbidden-targets.fake';

const SCHEMES = ['http', 'https'];
const servers: Server[] = [];
let connections = 0;
let port: number;
let pool: OutboundPool;
let http: HttpClient;
let metrics: ReadableMetrics;
let telemetry: CrmTelemetry;
let warned: jest.SpyInstance;

beforeAll(async () => {
  port = await listen('127.0.0.1', 0);
  // A machine without IPv6 has one address less.
  await listen('::1', port).catch(() => undefined);
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});
beforeEach(async () => {
  connections = 0;
  metrics = new ReadableMetrics();
  telemetry = new CrmTelemetry(metrics);
  pool = new OutboundPool(4, { publicOnly: true, resolve: (name) => addressesOf(NAMES[name]) });
  http = await httpOver(pool);
  warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
});
afterEach(async () => {
  await pool.destroy();
  jest.restoreAllMocks();
});

function listen(host: string, wanted: number): Promise<number> {
  const server = createServer((_, response) => response.writeHead(204).end());
  server.on('connection', () => (connections += 1));
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(wanted, host, () => {
      servers.push(server);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function addressesOf(addresses: readonly string[] | undefined): Promise<LookupAddress[]> {
  if (addresses === undefined) return Promise.reject(new Error('There is no such name'));
  return Promise.resolve(addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 })));
}

async function httpOver(dispatcher: Dispatcher): Promise<HttpClient> {
  const testing = await Test.createTestingModule({ imports: [OutboundHttpModule.withConnections(4)] })
    .overrideProvider(OutboundPool)
    .useValue(dispatcher)
    .compile();
  return testing.get(HttpClient, { strict: false });
}

/** Delivers through the real sink to a host as written, and returns the result. */
async function deliveredTo(
  host: string,
  scheme = 'https',
  over = http,
): Promise<DeliveryFailedError | undefined> {
  const environment = { CRM_WEBHOOK_URL: `${scheme}://${host}:${port}/hook` };
  try {
    await aWebhookSink(over, { environment, telemetry }).deliver(
      anEvent(),
      new AbortController().signal,
      () => undefined,
    );
  } catch (error) {
    if (error instanceof DeliveryFailedError) return error;
    throw error;
  }
  return undefined;
}

function isConfigurable(host: string): boolean {
  try {
    readEnvironment({ ...MINIMAL, CRM_WEBHOOK_URL: `https://${host}:${port}/hook` });
    return true;
  } catch (error) {
    if (error instanceof ConfigurationError) return false;
    throw error;
  }
}

describe(`${CrmWebhookSink.name}, configured with an address that is not public`, () => {
  it.each([...CONFIGURABLE, ...REFUSED_AT_START, ...Object.keys(NAMES)])(
    'sends nothing to %s',
    async (host) => {
      for (const scheme of SCHEMES) {
        const failure = await deliveredTo(host, scheme);

        expect(failure).toMatchObject({
          message: 'address not allowed',
          status: undefined,
          isReceiverGone: false,
        });
        expect(failure?.cause).toBeInstanceOf(EgressForbiddenError);
      }
      expect(connections).toBe(0);
      expect(await metrics.sample('egress_blocked_total')).toBe(2);
    },
  );

  it.each(NO_URLS)('sends nothing to %j, which cannot be part of a URL', async (host) => {
    expect(URL.canParse(`https://${host}:${port}/hook`)).toBe(false);
    expect(isConfigurable(host)).toBe(false);
    expect((await deliveredTo(host))?.message).toBe('no connection');
    expect(connections).toBe(0);
  });

  it('covers spellings that the configuration accepts, and those that it refuses at the start', () => {
    expect(CONFIGURABLE.filter((host) => !isConfigurable(host))).toEqual([]);
    expect(REFUSED_AT_START.filter(isConfigurable)).toEqual([]);
  });

  it('would reach a listener by many of them without the check', async () => {
    const open = new OutboundPool(4);
    const anywhere = await httpOver(open);
    const spellings = [...CONFIGURABLE, ...REFUSED_AT_START].filter(leadsHere);
    const reached: string[] = [];
    for (const host of spellings)
      if ((await deliveredTo(host, 'http', anywhere)) === undefined) reached.push(host);
    await open.destroy();

    expect(reached).toEqual(spellings);
    expect(spellings.length).toBeGreaterThan(30);
    expect(connections).toBeGreaterThan(0);
  });

  it('refuses a name that was rebound after an earlier valid look-up', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1'], ['10.1.2.3', '127.0.0.1']];
    const connect = publicOnlyConnector(3_000, () => addressesOf(answers.shift()));
    // A connection from the loopback cannot leave this machine: the attempt fails at once and names its target.
    const agent = new Agent({ connect, localAddress: '127.0.0.1' });
    const overAgent = await httpOver(agent);
    const failures: unknown[] = [];
    for (const scheme of ['http', 'http', 'https'])
      failures.push(await deliveredTo('rebinding.example.com', scheme, overAgent));
    await agent.destroy();

    expect(failures).toEqual([
      expect.objectContaining({
        message: 'no connection',
        cause: expect.objectContaining({ syscall: 'connect', address: '8.8.8.8' }),
      }),
      expect.objectContaining({ message: 'address not allowed' }),
      expect.objectContaining({ message: 'address not allowed' }),
    ]);
    expect(connections).toBe(0);
  });

  it('names the failure of each address of a name', async () => {
    const agent = new OutboundPool(1, { resolve: () => addressesOf(['127.0.0.2', '127.0.0.3']) });
    const failure = await deliveredTo('two.example.com', 'http', await httpOver(agent));
    await agent.destroy();

    expect(failure?.message).toBe('no connection (ECONNREFUSED)');
  });

  it('logs the host and nothing else of the URL', async () => {
    const failure = await deliveredTo('user:canary@localtest.me');

    expect(warned.mock.calls).toEqual([
      [{ message: 'Webhook not sent: address not globally routable', host: 'localtest.me' }],
    ]);
    expect(`${failure?.message} ${String(failure?.cause)}`).not.toMatch(/canary|localtest|127|::1/);
  });
});

/** Tells whether this is a spelling of an address of this test's listeners. */
function leadsHere(host: string): boolean {
  const { hostname } = new URL(`http://${host}/`);
  const here = ['127.0.0.1', '0.0.0.0'];
  const hereInIPv6 = ['[::1]', '[::]', '[::ffff:7f00:1]'];
  return (servers.length > 1 ? [...here, ...hereInIPv6] : here).includes(hostname);
}
