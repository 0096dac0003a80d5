import fastify from 'fastify';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { dropSilentConnections } from './silent-connections';

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

describe(dropSilentConnections.name, () => {
  it('lets a server close with connections that never sent a request, and answers the others', async () => {
    const server = fastify();
    dropSilentConnections(server);
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      server.get('/', async () => {
        resolve();
        await new Promise<void>((done) => {
          answer = done;
        });
        return 'here';
      });
    });
    await server.listen({ host: '127.0.0.1', port: 0 });
    const port = (server.server.address() as AddressInfo).port;
    const [silent, asking] = [await connected(port), await connected(port)];
    asking.write('GET / HTTP/1.1\r\nhost: h\r\n\r\n');
    await asked;

    const closed = server.close();
    await once(silent, 'close');
    answer();
    const [bytes] = (await once(asking, 'data')) as [Buffer];
    asking.destroy();
    await closed;

    expect(bytes.toString()).toContain('here');
  });
});
