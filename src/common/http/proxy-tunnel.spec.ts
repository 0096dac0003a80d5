import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { neverConnected } from './never-connected';
import { ProxyUnreachableError } from './outbound.errors';
import { openTunnel } from './proxy-tunnel';

const TARGET = { protocol: 'https:', hostname: '[2001:db8::1]', port: '' };

let server: Server;
let sockets: Socket[];
let onRequest: (socket: Socket) => void;
let requested: string;
let inTime: AbortController;

beforeEach(async () => {
  sockets = [];
  requested = '';
  inTime = new AbortController();
  server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    socket.once('data', (bytes) => {
      requested = bytes.toString();
      onRequest(socket);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

async function failureOver(scheme: string, port = (server.address() as AddressInfo).port): Promise<unknown> {
  const options = {
    resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    signal: inTime.signal,
  };
  return openTunnel(new URL(`${scheme}://proxy.example:${port}`), TARGET, options).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe(openTunnel.name, () => {
  it.each<[string, (socket: Socket) => void]>([
    [
      'is silent until the time is over',
      () => {
        inTime.abort(new Error('late'));
      },
    ],
    ['ends the connection', (socket) => socket.end()],
    ['resets the connection', (socket) => socket.resetAndDestroy()],
    ['breaks off within its answer', (socket) => socket.end('HTTP/1.1 200 ')],
    ['answers something other than HTTP', (socket) => socket.end('220 ready\r\n')],
  ])('has sent nothing to the target when the proxy %s', async (_, act) => {
    for (const scheme of ['http', 'https']) {
      inTime = new AbortController();
      onRequest = act;
      const failure = await failureOver(scheme);

      expect(failure).toBeInstanceOf(ProxyUnreachableError);
      expect(failure).toMatchObject({ cause: { message: expect.any(String) } });
      expect(neverConnected(failure)).toBe(true);
    }
  });

  it('fails alike where the proxy cannot be connected to', async () => {
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));

    expect(await failureOver('http', port)).toMatchObject({
      code: 'ERR_PROXY_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('names an IPv6 target in brackets, and the port of its protocol', async () => {
    onRequest = (socket) => socket.destroy();
    await failureOver('http');

    expect(requested).toMatch(/^CONNECT \[2001:db8::1\]:443 HTTP/);
  });
});
