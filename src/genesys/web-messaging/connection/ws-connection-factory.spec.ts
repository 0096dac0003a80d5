import { getEventListeners } from 'node:events';
import { Socket } from 'node:net';
import { FakeLeaseFence } from '../../../session/ports/lease-fence.fake';
import { UpstreamForbiddenError, UpstreamThrottledError } from '../../../common/errors/upstream.errors';
import { ConnectProxyFake } from '../../../common/http/connect-proxy.fake';
import { HostLookup } from '../../../common/names/host-lookup';
import { NameResolver } from '../../../common/names/name-resolver';
import { Environment } from '../../../config/environment';
import { ProxyConfig } from '../../../config/proxy.config';
import { WebMessagingConfig } from '../../../config/web-messaging.config';
import { ReadableMetrics } from '../../../metrics/readable-metrics.fake';
import { ClientFrames } from '../frames/client-frame';
import { WebSocketOpener } from '../../transport/web-socket-opener';
import { WebMessagingTelemetry } from '../web-messaging.telemetry';
import type { GuestConnection } from './guest-connection';
import { GuestServer } from './guest-server.fake';
import { FakeConnectionListener } from './connection-listener.fake';
import { WsConnectionFactory } from './ws-connection-factory';

const SIGNAL = new AbortController().signal;
let server: GuestServer;
let metrics: ReadableMetrics;
let listener: FakeConnectionListener;
let connections: WsConnectionFactory;
let sockets: WebSocketOpener;
let environment: Environment;

beforeEach(async () => {
  server = await GuestServer.start();
  metrics = new ReadableMetrics();
  listener = new FakeConnectionListener();
  environment = Object.assign(new Environment(), {
    GENESYS_MESSAGING_URL: `${server.url}/`,
    GENESYS_DEPLOYMENT_ID: 'dep-1',
    GENESYS_ORIGIN: 'https://support.example.com',
  });
  connections = factoryFor(environment);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

function factoryFor(environment: Environment, names = new NameResolver()): WsConnectionFactory {
  sockets = new WebSocketOpener(names, new ProxyConfig(environment));
  return new WsConnectionFactory(
    new WebMessagingConfig(environment),
    new WebMessagingTelemetry(metrics),
    new FakeLeaseFence(),
    sockets,
  );
}

async function connected(): Promise<GuestConnection> {
  const connection = await connections.connect(listener, SIGNAL);
  await server.waitFor(() => server.sockets.length === 1);
  return connection;
}

async function ended(): Promise<void> {
  await server.waitFor(() => listener.endings.length > 0);
}

describe(WsConnectionFactory.name, () => {
  it('connects for the deployment, from the origin, without compression', async () => {
    await connected();
    const [request] = server.requests;

    expect(request?.url).toBe('/v1?deploymentId=dep-1');
    expect(request?.headers).toMatchObject({ origin: 'https://support.example.com' });
    expect(request?.headers['sec-websocket-extensions']).toBeUndefined();
    expect(await metrics.sample('ws_connections')).toBe(1);
  });

  it('resolves the name by the resolver of the process, and tries each address longer than a far one takes', async () => {
    metrics = new ReadableMetrics();
    const connect = jest.spyOn(Socket.prototype, 'connect');
    const lookup = new HostLookup();
    const addresses = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    Object.assign(lookup, { find: () => Promise.resolve({ addresses, ttlMs: 60_000 }) });
    const url = new URL(server.url);
    url.hostname = 'guest.example';
    metrics = new ReadableMetrics();
    connections = factoryFor(
      Object.assign(environment, { GENESYS_MESSAGING_URL: url.href }),
      new NameResolver(lookup),
    );
    await connected();

    const options = connect.mock.calls
      .flat(2)
      .find((given) => Object(given) === given && 'host' in Object(given));
    expect(options).toMatchObject({ host: 'guest.example', autoSelectFamilyAttemptTimeout: 1_000 });
    connect.mockRestore();
  });

  it('connects through the proxy, with credentials, which resolves the name', async () => {
    await using proxy = await ConnectProxyFake.start('corp:secret');
    const url = new URL(server.url);
    url.hostname = 'guest.example';
    metrics = new ReadableMetrics();
    const settings = { GENESYS_MESSAGING_URL: url.href, HTTP_PROXY: proxy.url() };
    connections = factoryFor(Object.assign(environment, settings));
    await connected();

    expect(proxy.targets).toEqual([`guest.example:${url.port}`]);
  });

  it('leaves nothing on the signal of a process that connects through the proxy for as long as it lives', async () => {
    const any = jest.spyOn(AbortSignal, 'any');
    const { signal } = new AbortController();
    await using proxy = await ConnectProxyFake.start();
    const url = new URL(server.url);
    url.hostname = 'guest.example';
    metrics = new ReadableMetrics();
    connections = factoryFor(
      Object.assign(environment, { GENESYS_MESSAGING_URL: url.href, HTTP_PROXY: proxy.url() }),
    );
    await connections.connect(listener, signal);

    expect(any).not.toHaveBeenCalled();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('gives up when its signal aborts as the tunnel is there', async () => {
    const controller = new AbortController();
    Object.assign(sockets, {
      tunnelled: () => {
        controller.abort(new Error('the process stops'));
        return Promise.resolve(undefined);
      },
    });

    await expect(connections.connect(listener, controller.signal)).rejects.toThrow('the process stops');
  });

  it('has sent nothing when the proxy refuses', async () => {
    await using proxy = await ConnectProxyFake.start('corp:secret');
    metrics = new ReadableMetrics();
    connections = factoryFor(Object.assign(environment, { HTTP_PROXY: proxy.url('corp:wrong') }));

    await expect(connections.connect(listener, SIGNAL)).rejects.toMatchObject({
      code: 'upstream-unavailable',
      mayHaveTakenEffect: false,
    });
  });

  it('carries frames both ways, each as one text', async () => {
    const connection = await connected();
    connection.send(new ClientFrames('größe').getJwt('t'));
    await server.waitFor(() => server.texts.length === 1);
    server.sockets[0]?.send('{"class":"JwtResponse","body":{"jwt":"größe"}}');
    await server.waitFor(() => listener.frames.length === 1);

    expect(server.texts).toEqual(['{"token":"größe","tracingId":"t","action":"getJwt"}']);
    expect(listener.frames).toEqual([{ kind: 'jwt', jwt: 'größe' }]);
  });

  it('counts unknown classes', async () => {
    await connected();
    server.sockets[0]?.send('{"class":"New"}');
    await server.waitFor(() => listener.frames.length === 1);

    expect(await metrics.sample('upstream_unknown_total')).toBe(1);
  });

  it('counts the error of a gateway, and goes on', async () => {
    await connections.connect(listener, SIGNAL);
    const error = {
      message: 'Internal server error',
      connectionId: 'L0SM9cOFvHcCIhw=',
      requestId: 'Zy8aFHy0',
    };
    for (const frame of [error, { class: 'SessionExpiredEvent' }])
      server.sockets[0]?.send(JSON.stringify(frame));
    await server.waitFor(() => listener.frames.length === 2 || listener.endings.length > 0);

    expect(listener.frames.map(({ kind }) => kind)).toEqual(['unknown', 'session-expired']);
    expect(listener.endings).toEqual([]);
    expect(await metrics.sample('upstream_unknown_total')).toBe(1);
  });

  it('counts malformed frames by known class, and goes on', async () => {
    await connected();
    for (const text of ['[]', '{"class":"UploadSuccessEvent","body":{}}', '{"class":"LogoutEvent"}', '{}'])
      server.sockets[0]?.send(text);
    await server.waitFor(() => listener.frames.length === 4 || listener.endings.length > 0);

    expect(listener.endings).toEqual([]);
    expect(await metrics.sample('upstream_malformed_total{class="none"}')).toBe(2);
    expect(await metrics.sample('upstream_malformed_total{class="UploadSuccessEvent"}')).toBe(1);
  });

  it.each([
    [403, '', { code: 'upstream-forbidden' }],
    [401, '', { code: 'upstream-unauthorized' }],
    [404, '', { code: 'upstream-rejected' }],
    [429, 'retry-after: 7\r\n', { code: 'upstream-throttled', hintMs: 7_000 }],
    [503, '', { code: 'upstream-error' }],
    [200, '', { code: 'upstream-invalid-response' }],
  ])('names a refusal with %d', async (status, headers, expected) => {
    server.refuse(status, headers);

    await expect(connections.connect(listener, SIGNAL)).rejects.toMatchObject(expected);
    expect(await metrics.sample('ws_connections')).toBe(0);
  });

  it('names the setting to check when the origin is refused', async () => {
    server.refuse(403);

    const refusal: unknown = await connections.connect(listener, SIGNAL).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UpstreamForbiddenError);
    expect(refusal).not.toBeInstanceOf(UpstreamThrottledError);
    expect(String(refusal)).toContain('GENESYS_ORIGIN');
  });

  it('reports no effect when there is no server, or the connection breaks', async () => {
    server.nextUpgrade((socket) => {
      socket.destroy();
    });
    const expected = { code: 'upstream-unavailable', mayHaveTakenEffect: false };

    await expect(connections.connect(listener, SIGNAL)).rejects.toMatchObject(expected);
  });

  it('gives up a handshake that is never answered', async () => {
    server.nextUpgrade(() => undefined);

    await expect(connections.connect(listener, SIGNAL)).rejects.toMatchObject({
      code: 'upstream-unavailable',
    });
  });

  it('gives up connecting with its signal', async () => {
    const stop = new AbortController();
    server.nextUpgrade(() => {
      stop.abort(new Error('enough'));
    });

    await expect(connections.connect(listener, stop.signal)).rejects.toThrow('enough');
  });

  it.each([1000, 1001, 1008, 1011, 4000])('reports a close with %d', async (code) => {
    await connected();
    server.sockets[0]?.close(code);
    await ended();

    expect(listener.endings).toEqual([{ cause: 'closed', code }]);
    expect(await metrics.sample(`ws_closed_total{code="${code === 4000 ? 'other' : code}"}`)).toBe(1);
    expect(await metrics.sample('ws_connections')).toBe(0);
  });

  it('reports a connection that breaks', async () => {
    await connected();
    server.sockets[0]?.terminate();
    await ended();

    expect(listener.endings).toEqual([{ cause: 'closed', code: 1006 }]);
  });

  it.each([
    ['that is no JSON', Buffer.from('garbage'), false],
    ['that is binary', Buffer.from('{"class":"LogoutEvent"}'), true],
    ['that is not UTF-8', Buffer.from([0xff, 0xfe]), false],
    ['of more than a megabyte', Buffer.alloc(1024 * 1024 + 1, 'x'), false],
  ])('breaks off at a frame %s', async (_what, data, binary) => {
    await connected();
    server.sockets[0]?.send(data, { binary });
    await ended();

    expect(listener.endings).toEqual([{ cause: 'garbage', code: 1006 }]);
    expect(listener.frames).toEqual([]);
    expect(await metrics.sample('ws_closed_total{code="garbage"}')).toBe(1);
  });

  it('closes with 1000, and reports nothing more', async () => {
    const connection = await connected();
    let code: number | undefined;
    server.sockets[0]?.on('close', (given) => (code = given));
    connection.close();
    server.sockets[0]?.send('{"class":"LogoutEvent"}');
    await server.waitFor(() => code !== undefined);

    expect(code).toBe(1000);
    expect(listener.endings).toEqual([{ cause: 'ours', code: 1000 }]);
    expect(listener.frames).toEqual([]);
  });
});
