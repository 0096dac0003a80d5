import { World } from '../../../src/world';
import { ApiClient } from '../../support/api-client';
import { BrokenHost } from '../../support/broken-hosts';
import { DeliveriesApi } from '../../support/deliveries-api';
import { LogCapture } from '../../support/log-capture';
import { until } from '../../support/until';

type Row = [what: string, make: () => Promise<BrokenHost>, error: string];

const UNREACHABLE = 'no connection';

const ROWS: Row[] = [
  ['a black hole', () => BrokenHost.blackHole(), 'no answer in time'],
  ['a refused port', () => BrokenHost.refusedPort(), UNREACHABLE],
  [
    'a port that every address of a name refuses',
    () => BrokenHost.refusedPort('localhost'),
    // On a machine without IPv6 the name has one address.
    expect.stringMatching(/^no connection( \(ECONNREFUSED(, E[A-Z]+)*\))?$/) as string,
  ],
  ['an unknown name', () => BrokenHost.unknownName(), UNREACHABLE],
  ['a server that hangs up', () => BrokenHost.hangingUp(), UNREACHABLE],
  ['a mail server', () => BrokenHost.anotherProtocol('http'), UNREACHABLE],
  ['a mail server, with TLS', () => BrokenHost.anotherProtocol('https'), UNREACHABLE],
  ['a self-signed certificate', () => BrokenHost.selfSigned(), UNREACHABLE],
];

describe('a receiver behind', () => {
  it.concurrent.each(ROWS)('%s gets the event once it can be reached', async (_what, make, error) => {
    await using brokenHost = await make();
    await using world = await World.start({
      logOutput: new LogCapture(),
      environment: {
        CRM_WEBHOOK_URL: `${brokenHost.url}/hook`,
        SYNC_FIRST_RETRY_MS: '60000',
        LOG_LEVEL: 'error',
      },
    });
    const conversationId = await new ApiClient(world.url).opened();
    const unreachable = new DeliveriesApi(world.url);
    await until(async () => (await unreachable.historyOf(conversationId)).attempts.length === 1);

    const { status, failures, attempts } = await unreachable.historyOf(conversationId);

    expect({ status, failures }).toEqual({ status: 'pending', failures: 1 });
    expect(attempts).toEqual([
      { at: expect.any(String), result: 'failed', latencyMs: expect.any(Number), error },
    ]);
    expect(await unreachable.sink()).toMatchObject({
      condition: 'healthy',
      pending: 1,
      blockedConversations: 1,
    });
    expect((await new ApiClient(world.url).request('GET', '/health/ready')).status).toBe(200);

    await world.restart({ CRM_WEBHOOK_URL: world.crm.url });
    await new DeliveriesApi(world.url).resume();
    await until(() => world.crm.eventsOf(conversationId).length === 1);
  });
});
