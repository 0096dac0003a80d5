import { Drain } from '../../../common/lifecycle/drain';
import type { Environment } from '../../../config/environment';
import { anAnswer } from '../../transport/genesys-http-client.fake';
import { OpenMessagingWorld } from '../open-messaging-world.fake';
import { WebhookSourceError } from './webhook.errors';
import { WebhookSource } from './webhook-source';

const HOUR_MS = 3_600_000;
const of = (cidr: string, service = 'open-messaging', direction = 'outbound'): object => ({
  cidr,
  service,
  direction,
  region: 'r',
});
const RANGES = [
  of('203.0.113.0/24'),
  of('2001:db8::/32', 'open-messaging', 'both'),
  of('198.51.100.0/24', 'data-actions'),
  of('192.0.2.0/24', 'open-messaging', 'inbound'),
];

describe(WebhookSource.name, () => {
  let world: OpenMessagingWorld;
  let source: WebhookSource;

  async function start(
    mode: Environment['GENESYS_OPEN_SOURCE'],
    ...answers: readonly ReturnType<typeof anAnswer>[]
  ): Promise<void> {
    world = new OpenMessagingWorld({ GENESYS_OPEN_SOURCE: mode });
    world.http.next(...answers);
    const { api, pool, genesys, config, telemetry } = world;
    source = new WebhookSource(api, pool, genesys, config, telemetry, new Drain());
    source.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(0);
  }

  const isAllowed = (address: string, forwardedFor?: string): boolean => {
    try {
      source.assertAllowed(address, forwardedFor);
      return true;
    } catch (error) {
      if (error instanceof WebhookSourceError) return false;
      throw error;
    }
  };

  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(async () => {
    await source.onModuleDestroy();
    jest.useRealTimers();
  });

  it.each([
    ['203.0.113.9', true],
    ['::ffff:203.0.113.9', true],
    ['2001:db8::1', true],
    ['198.51.100.1', false],
    ['192.0.2.1', false],
    ['2001:db9::1', false],
    ['no address', false],
    ['', false],
  ])('admits the address of a connection in a network of the platform: %s %s', async (address, admits) => {
    await start('direct', anAnswer(200, { entities: RANGES }));

    expect(isAllowed(address, '203.0.113.9')).toBe(admits);
    expect(await world.metrics.sample('webhooks_received_total{outcome="refused-source"}')).toBe(
      admits ? undefined : 1,
    );
  });

  it.each([
    ['203.0.113.9', true],
    ['10.0.0.1, 203.0.113.9', true],
    ['203.0.113.9:4711', true],
    ['[2001:db8::1]:4711', true],
    ['2001:db8::1', true],
    ['203.0.113.9, 10.0.0.1', false],
    [undefined, false],
  ])('behind a proxy it goes by the last forwarded address: %s %s', async (forwardedFor, admits) => {
    await start('forwarded', anAnswer(200, { entities: RANGES }));

    expect(isAllowed('203.0.113.9', forwardedFor)).toBe(admits);
  });

  it.each([
    ['an error', anAnswer(500)],
    ['an empty list', anAnswer(200, { entities: [] })],
    ['a list with what is no network', anAnswer(200, { entities: [...RANGES, of('no network')] })],
    ['a list with an impossible network', anAnswer(200, { entities: [...RANGES, of('203.0.113.0/99')] })],
    ['a list of other services', anAnswer(200, { entities: [of('203.0.113.0/24', 'data-actions')] })],
  ])('refuses no address before it has a list, and asks again after %s', async (_case, answer) => {
    await start('direct', answer, anAnswer(200, { entities: RANGES }));

    expect(isAllowed('10.0.0.1')).toBe(true);
    await jest.advanceTimersByTimeAsync(30_000);
    expect(isAllowed('10.0.0.1')).toBe(false);
  });

  it('reads the list every hour, and keeps the last one when that fails', async () => {
    await start('direct', anAnswer(200, { entities: RANGES }), anAnswer(500));
    await jest.advanceTimersByTimeAsync(HOUR_MS + 30_000);

    expect(world.http.requests.length).toBeGreaterThan(1);
    expect(isAllowed('10.0.0.1')).toBe(false);
  });

  it('reads the list again after a refusal, in case a network is new', async () => {
    await start(
      'direct',
      anAnswer(200, { entities: RANGES }),
      anAnswer(200, { entities: [of('10.0.0.0/8')] }),
    );

    expect(isAllowed('10.0.0.1')).toBe(false);
    await jest.advanceTimersByTimeAsync(90_000);
    expect(isAllowed('10.0.0.1')).toBe(true);
    expect(world.http.requests).toHaveLength(2);
  });

  it('finds its networks among thousands of others', async () => {
    const others = Array.from({ length: 3_000 }, () => of('198.51.100.0/24', 'data-actions'));
    await start('direct', anAnswer(200, { entities: [...others, ...RANGES] }));

    expect([isAllowed('203.0.113.9'), isAllowed('198.51.100.1')]).toEqual([true, false]);
  });

  it('asks for nothing where any address may send', async () => {
    await start('any');
    await jest.advanceTimersByTimeAsync(HOUR_MS);

    expect([world.http.requests.length, isAllowed('10.0.0.1')]).toEqual([0, true]);
  });
});
