import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FaultyLink } from '../../support/faulty-link';
import { until } from '../../support/until';

let server: Server;
let served: Socket[];
let link: FaultyLink;
let client: Socket;
let heard: string;
let ended: string | undefined;

/** An echo server. */
beforeEach(async () => {
  served = [];
  heard = '';
  ended = undefined;
  server = createServer((socket) => {
    served.push(socket);
    socket.on('error', () => undefined).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  link = await FaultyLink.to((server.address() as AddressInfo).port);
  client = connect(link.port, '127.0.0.1');
  client.on('data', (chunk) => (heard += chunk.toString()));
  client.on('error', (error: NodeJS.ErrnoException) => (ended = error.code));
  client.on('end', () => (ended ??= 'end'));
  await once(client, 'connect');
});

afterEach(async () => {
  client.destroy();
  await link[Symbol.asyncDispose]();
  server.close();
});

async function exchange(text: string): Promise<void> {
  client.write(text);
  await until(() => heard.endsWith(text));
}

describe(FaultyLink.name, () => {
  it('forwards all data in both directions, ends included', async () => {
    await exchange('one');
    client.end('two');
    await until(() => ended === 'end');

    expect(heard).toBe('onetwo');
  });

  it('forwards neither data nor connections through a black hole, and all of it in order once it has healed', async () => {
    await exchange('one');
    link.blackHole();
    client.write('two');
    client.write('three');
    const late = connect(link.port, '127.0.0.1');
    let lateHeard = '';
    late.on('data', (chunk) => (lateHeard += chunk.toString()));
    late.write('late');
    await once(late, 'connect');

    expect([heard, lateHeard, served.length]).toEqual(['one', '', 1]);
    link.heal();
    await until(() => heard === 'onetwothree' && lateHeard === 'late');
    late.destroy();
  });

  it('delays data when it is slow', async () => {
    link.slow(50);
    const startedAt = performance.now();
    await exchange('one');

    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(99);
  });

  it('resets both ends, and accepts new connections', async () => {
    await exchange('one');
    link.reset();
    await until(() => ended === 'ECONNRESET' && served[0]?.destroyed === true);
    const next = connect(link.port, '127.0.0.1');
    next.write('two');
    const [chunk] = (await once(next, 'data')) as [Buffer];

    expect(chunk.toString()).toBe('two');
    next.destroy();
  });

  it("resets only the service's end of a half-open connection", async () => {
    await exchange('one');
    link.halfOpen();
    await until(() => served[0]?.destroyed === true);
    client.write('two');
    const next = connect(link.port, '127.0.0.1');
    next.write('three');
    await once(next, 'data');

    expect([heard, ended]).toEqual(['one', undefined]);
    next.destroy();
  });
});
