import { createHmac } from 'node:crypto';
import { webhookUrlOf } from '../../src/genesys/open-messaging/admin/platform-integration';
import { OPEN_INTEGRATION } from '../../src/open-messaging-environment';
import type { IpRange } from '../../src/simulator/open-messaging/organization-facts';
import { World } from '../../src/world';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';

const FOREIGN: IpRange = {
  cidr: '203.0.113.0/24',
  service: 'open-messaging',
  region: 'local',
  direction: 'outbound',
};

describe('a webhook of Open Messaging, with GENESYS_OPEN_SOURCE', () => {
  async function worldWith(source: string, ipRanges?: readonly IpRange[]): Promise<World> {
    const world = await World.start({
      logOutput: new LogCapture(),
      openMessaging: true,
      genesys: { openMessaging: ipRanges === undefined ? {} : { ipRanges } },
      environment: { GENESYS_OPEN_SOURCE: source },
    });
    await until(() => world.genesys.requests.find({ path: '/api/v2/ipranges' }).length === 1);
    return world;
  }

  async function send(world: World, headers: Record<string, string> = {}): Promise<number> {
    const body = JSON.stringify({ id: 'm1', type: 'Unknown' });
    const signature = createHmac('sha256', OPEN_INTEGRATION.secret).update(body).digest('base64');
    const { status } = await fetch(webhookUrlOf(world.url, OPEN_INTEGRATION.id), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-hub-signature-256': `sha256=${signature}`,
        ...headers,
      },
      body,
    });
    return status;
  }

  it('direct: is accepted from a network of the platform', async () => {
    await using world = await worldWith('direct');

    expect(await send(world, { 'x-forwarded-for': '203.0.113.9' })).toBe(204);
  });

  it('direct: is refused from any other address, also with a genuine signature', async () => {
    await using world = await worldWith('direct', [FOREIGN]);
    await until(async () => (await send(world)) === 403);

    expect(await send(world, { 'x-forwarded-for': '203.0.113.9' })).toBe(403);
  });

  it('forwarded: goes by the address that the proxy has appended', async () => {
    await using world = await worldWith('forwarded', [FOREIGN]);
    await until(async () => (await send(world)) === 403);

    expect(await send(world, { 'x-forwarded-for': '10.0.0.1, 203.0.113.9' })).toBe(204);
    expect(await send(world, { 'x-forwarded-for': '203.0.113.9, 10.0.0.1' })).toBe(403);
  });
});
