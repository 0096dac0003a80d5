import { once } from 'node:events';
import { createServer, type Server, Socket, type AddressInfo } from 'node:net';
import { request } from 'undici';
import { OutboundPool } from './outbound-pool';

let server: Server;
let port: number;
let pool: OutboundPool;
const asked: string[] = [];

beforeEach(async () => {
  server = createServer((socket) => {
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  asked.length = 0;
  pool = new OutboundPool(2, {
    resolve: (hostname) => {
      asked.push(hostname);
      return Promise.resolve(['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 })));
    },
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await pool.destroy();
  server.close();
});

describe(OutboundPool.name, () => {
  it('resolves names by its resolver, and tries one address after the other', async () => {
    const { statusCode } = await request(`http://api.example:${port}/`, { dispatcher: pool });

    expect([statusCode, asked]).toEqual([200, ['api.example']]);
  });

  it('tries each address longer than a far one takes, and three of them while connecting', async () => {
    const connect = jest.spyOn(Socket.prototype, 'connect');
    await request(`http://api.example:${port}/`, { dispatcher: pool });

    const [[options]] = connect.mock.calls[0] as unknown as [[{ autoSelectFamilyAttemptTimeout: number }]];
    expect(options.autoSelectFamilyAttemptTimeout).toBe(1_000);
  });
});
