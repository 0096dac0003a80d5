import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { connectOptions, socketLookup } from './socket-lookup';

const ADDRESSES = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** The arguments of the callback. */
function lookedUp(options: { all?: boolean; family?: number }): Promise<unknown[]> {
  const lookup = socketLookup(() => Promise.resolve(ADDRESSES));
  return new Promise((resolve) => {
    lookup('crm.example', options, (...told) => {
      resolve(told);
    });
  });
}

describe(socketLookup.name, () => {
  it('returns all addresses, the first one, or those of a family', async () => {
    expect(await lookedUp({ all: true })).toEqual([null, ADDRESSES]);
    expect(await lookedUp({})).toEqual([null, '127.0.0.1', 4]);
    expect(await lookedUp({ family: 6 })).toEqual([null, '::1', 6]);
    expect(await lookedUp({ family: 4, all: true })).toEqual([null, [ADDRESSES[0]]]);
  });

  it('passes on the error of the look-up', async () => {
    const failure = new Error('unresolved');
    const socket = connect({
      host: 'crm.example',
      port: 9,
      ...connectOptions(() => Promise.reject(failure)),
    });

    expect(await once(socket, 'error').catch((error: unknown) => error)).toEqual([failure]);
  });
});

describe(connectOptions.name, () => {
  it('reaches an address behind others that refuse', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect({
      port,
      host: 'crm.example',
      ...connectOptions(() => Promise.resolve([{ address: '127.0.0.2', family: 4 }, ...ADDRESSES])),
    });
    await once(socket, 'connect');
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
    server.close();
  });
});
