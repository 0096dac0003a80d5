import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import {
  type AddressInfo,
  createServer,
  getDefaultAutoSelectFamily,
  type Server,
  setDefaultAutoSelectFamily,
} from 'node:net';
import { Agent, request } from 'undici';
import { EgressForbiddenError } from './outbound.errors';
import { OutboundPool } from './outbound-pool';
import { publicOnlyConnector } from './public-only-connector';

const PUBLIC = '8.8.8.8';
const LOOPBACK = '127.0.0.1';
const AUTO_SELECT_FAMILY = getDefaultAutoSelectFamily();

let server: Server;
let port: number;
let connections: number;
let pool: OutboundPool;
const answers: string[][] = [];
const asked: string[] = [];

beforeEach(async () => {
  connections = 0;
  server = createServer((socket) => {
    connections += 1;
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  }).listen(0, LOOPBACK);
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  asked.length = answers.length = 0;
  pool = new OutboundPool(2, { publicOnly: true, resolve });
});
afterEach(async () => {
  setDefaultAutoSelectFamily(AUTO_SELECT_FAMILY);
  await pool.destroy();
  server.close();
});

function resolve(hostname: string): Promise<LookupAddress[]> {
  asked.push(hostname);
  const addresses = answers.shift() ?? [];
  return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
}

async function failureOf(url: string, dispatcher: Agent = pool): Promise<unknown> {
  try {
    await request(url, { dispatcher });
  } catch (error) {
    return error;
  }
  throw new Error('The request was answered.');
}

describe(publicOnlyConnector.name, () => {
  it.each(['http', 'https'])(
    'resolves nothing and connects nowhere for a forbidden literal, over %s',
    async (scheme) => {
      for (const host of [LOOPBACK, '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433']) {
        const failure = await failureOf(`${scheme}://${host}:${port}/`);

        expect(failure).toBeInstanceOf(EgressForbiddenError);
      }
      expect([asked, connections]).toEqual([[], 0]);
    },
  );

  it.each([
    ['whose only address is forbidden', [LOOPBACK]],
    ['whose addresses of both families are forbidden', [LOOPBACK, '::1']],
    ['whose addresses are mapped and translated', ['::ffff:127.0.0.1', '64:ff9b::7f00:1']],
    ['without an address', []],
    ['with a malformed address', ['127.1']],
  ])('refuses a name %s', async (_which, addresses) => {
    answers.push(addresses);
    const failure = await failureOf(`https://crm.example.com:${port}/`);

    expect(failure).toBeInstanceOf(EgressForbiddenError);
    expect(failure).toMatchObject({ host: 'crm.example.com' });
    expect((failure as Error).message).not.toMatch(/crm|127|8\.8/);
    expect([asked, connections]).toEqual([['crm.example.com'], 0]);
  });

  it.each([
    ['first', [LOOPBACK, PUBLIC]],
    ['last', [PUBLIC, '64:ff9b::7f00:1', '::1']],
  ])('tries only the allowed addresses of a name when the forbidden one is the %s', async (_, addresses) => {
    await pool.destroy();
    const dispatcher = new Agent({ connect: publicOnlyConnector(3_000, resolve), localAddress: LOOPBACK });
    answers.push(addresses);
    const failure = await failureOf(`http://crm.example.com:${port}/`, dispatcher);
    await dispatcher.destroy();

    expect(failure).toMatchObject({ syscall: 'connect', address: PUBLIC });
    expect(failure).not.toHaveProperty('errors');
    expect(connections).toBe(0);
  });

  it.each([
    ['several', true],
    ['one', false],
  ])(
    'goes to the very address that it has checked, and judges again at every connect (trying %s)',
    async (_, several) => {
      setDefaultAutoSelectFamily(several);
      await pool.destroy();
      // From the loopback nothing gets out of this machine: the attempt fails at once and names where it went.
      const connect = publicOnlyConnector(3_000, resolve);
      const dispatcher = new Agent({ connect, localAddress: LOOPBACK });
      answers.push([PUBLIC], [LOOPBACK], [PUBLIC]);
      const url = `http://rebinding.example:${port}/`;
      const failures = [
        await failureOf(url, dispatcher),
        await failureOf(url, dispatcher),
        await failureOf(url, dispatcher),
      ];
      await dispatcher.destroy();

      expect(failures).toEqual([
        expect.objectContaining({ syscall: 'connect', address: PUBLIC }),
        expect.any(EgressForbiddenError),
        expect.objectContaining({ syscall: 'connect', address: PUBLIC }),
      ]);
      expect([asked.length, connections]).toEqual([3, 0]);
    },
  );

  it('passes on that a name cannot be resolved', async () => {
    const unknown = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    await pool.destroy();
    pool = new OutboundPool(2, { publicOnly: true, resolve: () => Promise.reject(unknown) });

    expect(await failureOf('https://nowhere.example/')).toBe(unknown);
  });

  it('resolves by the system unless told otherwise', async () => {
    await pool.destroy();
    pool = new OutboundPool(2, { publicOnly: true });

    expect(await failureOf(`http://localhost:${port}/`)).toBeInstanceOf(EgressForbiddenError);
    expect(connections).toBe(0);
  });

  it('is asked for: a pool without it reaches the same server', async () => {
    await pool.destroy();
    pool = new OutboundPool(2);

    for (const host of [LOOPBACK, '2130706433', '0.0.0.0'])
      expect((await request(`http://${host}:${port}/`, { dispatcher: pool })).statusCode).toBe(200);
    expect(connections).toBeGreaterThan(0);
  });
});
