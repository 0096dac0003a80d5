import { NameResolver } from '../../common/names/name-resolver';
import { Environment } from '../../config/environment';
import { GenesysConfig } from '../../config/genesys.config';
import { ProxyConfig } from '../../config/proxy.config';
import { WebSocketOpener } from '../transport/web-socket-opener';
import type { ConnectionEnd } from '../web-messaging/connection/guest-connection';
import { GuestServer } from '../web-messaging/connection/guest-server.fake';
import { ChannelGoneError } from './channel-gone.errors';
import type { NotificationConnection } from './notification-connection';
import { NotificationConnections } from './notification-connections';

const SIGNAL = new AbortController().signal;
let server: GuestServer;
let texts: string[];
let ends: ConnectionEnd[];

beforeEach(async () => {
  server = await GuestServer.start();
  texts = [];
  ends = [];
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

function connect(
  apiUrl = 'http://api.test',
  uri = `${server.url}/channels/c-1`,
): Promise<NotificationConnection> {
  const environment = Object.assign(new Environment(), { GENESYS_API_URL: apiUrl });
  const opener = new WebSocketOpener(new NameResolver(), new ProxyConfig(environment));
  const listener = {
    onText: (text: string) => texts.push(text),
    onEnded: (end: ConnectionEnd) => ends.push(end),
  };
  return new NotificationConnections(opener, new GenesysConfig(environment)).connect(uri, listener, SIGNAL);
}

describe(NotificationConnections.name, () => {
  it('connects to the URI, without compression', async () => {
    const connection = await connect();
    await server.waitFor(() => server.sockets.length === 1);
    server.sockets[0]?.send('{"topicName":"channel.metadata"}');
    await server.waitFor(() => texts.length === 1);
    connection.close();

    expect(server.requests[0]?.url).toBe('/channels/c-1');
    expect(server.requests[0]?.headers['sec-websocket-extensions']).toBeUndefined();
    expect(texts).toEqual(['{"topicName":"channel.metadata"}']);
    expect(ends).toEqual([{ cause: 'ours', code: 1000 }]);
  });

  it.each([401, 404, 410])('tells that there is no such channel from %d', async (status) => {
    server.refuse(status);

    await expect(connect()).rejects.toThrow(ChannelGoneError);
  });

  it.each([
    [403, 'upstream-forbidden'],
    [429, 'upstream-throttled'],
    [503, 'upstream-error'],
  ])('names a refusal with %d', async (status, code) => {
    server.refuse(status);

    await expect(connect()).rejects.toMatchObject({ code });
  });

  it.each([
    ['https://api.test', undefined],
    ['http://api.test', 'https://example.com/'],
    ['http://api.test', 'no URI'],
  ])(
    'connects, beside an API at %s, to no other address than a WebSocket in its protocol',
    async (api, uri) => {
      await expect(connect(api, uri)).rejects.toMatchObject({ code: 'upstream-invalid-response' });
      expect(server.requests).toEqual([]);
    },
  );

  it.each([
    ['that is binary', Buffer.from('{}'), true],
    ['of more than a megabyte', Buffer.alloc(1024 * 1024 + 1, 'x'), false],
  ])('breaks off at a frame %s', async (_what, data, binary) => {
    await connect();
    await server.waitFor(() => server.sockets.length === 1);
    server.sockets[0]?.send(data, { binary });
    await server.waitFor(() => ends.length === 1);

    expect(ends).toEqual([{ cause: 'garbage', code: 1006 }]);
    expect(texts).toEqual([]);
  });
});
