import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { World } from '../../src/world';
import { ApiClient } from '../support/api-client';
import { LogCapture } from '../support/log-capture';
import { until } from '../support/until';
import { WebhooksApi } from '../support/webhooks-api';

const SLOW_WEBHOOKS = 3;
const CONVERSATIONS = 8;
/** More than a receiver needs that has one webhook. */
const MANY = 13;

describe('webhooks at the same origin', () => {
  let server: Server;
  let world: World;
  let api: ApiClient;
  /** Attempts that wait for an answer that does not come. */
  let waiting: number;
  let isSlow: boolean;
  let heard: string[];

  beforeEach(async () => {
    waiting = 0;
    heard = [];
    isSlow = false;
    server = createServer((request, response) => {
      request.resume();
      if (isSlow && request.url?.startsWith('/slow') === true) {
        waiting += 1;
        response.once('close', () => (waiting -= 1));
      } else {
        heard.push(request.url ?? '');
        response.writeHead(204).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const environment = { WEBHOOKS_ALLOW_PRIVATE: 'true', LOG_LEVEL: 'error' };
    world = await World.start({ logOutput: new LogCapture(), environment });
    api = new ApiClient(world.url);
  });

  afterEach(async () => {
    server.closeAllConnections();
    await world[Symbol.asyncDispose]();
    server.close();
  });

  it('get their events while others wait for the answers of many', async () => {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const webhooks = new WebhooksApi(api);
    for (let index = 0; index < SLOW_WEBHOOKS; index += 1) await webhooks.verified(`${origin}/slow-${index}`);
    await webhooks.verified(`${origin}/prompt`);
    isSlow = true;
    for (let index = 0; index < CONVERSATIONS; index += 1) await api.opened();
    await until(() => waiting >= MANY);

    const before = heard.length;
    await api.opened();
    await until(() => heard.length > before);

    expect(heard.at(-1)).toBe('/prompt');
  });
});
