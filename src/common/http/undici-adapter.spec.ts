import { once } from 'node:events';
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import axios, { AxiosHeaders, type AxiosInstance, type AxiosResponse } from 'axios';
import { OutboundTimeoutError, OutboundTooLargeError } from './outbound.errors';
import { OutboundPool } from './outbound-pool';
import { undiciAdapter } from './undici-adapter';

let server: Server;
let pool: OutboundPool;
let client: AxiosInstance;
let answer: RequestListener;

beforeEach(async () => {
  server = createServer((request, response) => {
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  pool = new OutboundPool(2);
  client = axios.create({
    adapter: undiciAdapter(pool),
    baseURL: '',
    url: `http://127.0.0.1:${port}/path`,
    timeout: 5_000,
    validateStatus: () => true,
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
  });
});
afterEach(async () => {
  await pool.onApplicationShutdown();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const request = (config: Parameters<AxiosInstance['request']>[0] = {}): Promise<AxiosResponse<string>> =>
  client.request<string>({ url: client.defaults.url ?? '', ...config });

describe(undiciAdapter.name, () => {
  it('sends method, headers and body as they are', async () => {
    answer = ({ method, headers, url }, response) => {
      response.end(JSON.stringify([method, url, headers['x-note'], headers['content-type']]));
    };
    const { data } = await request({
      method: 'post',
      headers: { 'x-note': 'a', 'content-type': 'application/json' },
      data: '{"a":1}',
    });

    expect(JSON.parse(data)).toEqual(['POST', '/path', 'a', 'application/json']);
  });

  it('sends the body and returns the answer as text, UTF-8 across chunks included', async () => {
    answer = (incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = Buffer.concat(chunks);
        response.write(body.subarray(0, 2), () => response.end(body.subarray(2)));
      });
    };

    expect((await request({ method: 'POST', data: '😀{"a":1}' })).data).toBe('😀{"a":1}');
  });

  it.each(
    Object.keys(STATUS_CODES)
      .map(Number)
      .filter((status) => status >= 200),
  )('resolves for status %i', async (status) => {
    answer = (_, response) => {
      response.writeHead(status, { 'x-note': 'b' }).end();
    };
    const response = await request();

    expect([response.status, response.data, response.headers['x-note']]).toEqual([status, '', 'b']);
  });

  it('follows no redirect', async () => {
    let requests = 0;
    answer = (_, response) => {
      requests += 1;
      response.writeHead(302, { location: '/elsewhere' }).end('moved');
    };

    expect(await request()).toMatchObject({ status: 302, data: 'moved' });
    expect(requests).toBe(1);
  });

  it('rejects when there is no answer in time', async () => {
    answer = () => undefined;

    const failure = request({ timeout: 50 });

    await expect(failure).rejects.toBeInstanceOf(OutboundTimeoutError);
    await expect(failure).rejects.toMatchObject({ timeoutMs: 50 });
  });

  it('rejects when the answer is not complete in time', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half');
    };

    await expect(request({ timeout: 50 })).rejects.toBeInstanceOf(OutboundTimeoutError);
  });

  it('rejects when it is aborted, before the answer and during it', async () => {
    for (const begun of [false, true]) {
      const abort = new AbortController();
      answer = (_, response) => {
        if (begun) response.write('half');
        abort.abort();
      };

      await expect(request({ signal: abort.signal })).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    }
  });

  it('rejects with the reason of the abort, for which axios has words of its own', async () => {
    const abort = new AbortController();
    const reason = new Error('No longer wanted');
    answer = () => {
      abort.abort(reason);
    };
    const adapter = undiciAdapter(pool);
    const config = { url: client.defaults.url ?? '', headers: new AxiosHeaders(), timeout: 5_000 };

    await expect(adapter({ ...config, signal: abort.signal })).rejects.toBe(reason);
    await expect(adapter({ ...config, signal: abort.signal })).rejects.toBe(reason);
  });

  it('sends nothing when it is aborted already', async () => {
    let requests = 0;
    answer = () => {
      requests += 1;
    };

    await expect(request({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    expect(requests).toBe(0);
  });

  it('reads as much as it may and no more, and tells the status of what it did not read', async () => {
    answer = (_, response) => {
      response.writeHead(502).end('x'.repeat(1_000));
    };

    expect((await request({ maxContentLength: 1_000 })).data).toHaveLength(1_000);
    const failure = request({ maxContentLength: 999 });
    await expect(failure).rejects.toBeInstanceOf(OutboundTooLargeError);
    await expect(failure).rejects.toMatchObject({ maxBytes: 999, status: 502 });
  });

  it('stops reading an answer without an end', async () => {
    let closed: Promise<unknown> | undefined;
    answer = (_, response) => {
      closed = once(response, 'close');
      const feed = (): void => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', feed);
      feed();
    };

    await expect(request({ maxContentLength: 100_000 })).rejects.toBeInstanceOf(OutboundTooLargeError);
    await closed;
  });

  it('rejects when the connection breaks, before the answer and during it', async () => {
    answer = ({ socket }) => {
      socket.destroy();
    };
    await expect(request()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });

    answer = ({ socket }, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => socket.destroy());
    };
    await expect(request()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });

  it('rejects when nobody listens', async () => {
    const { url } = client.defaults;
    await new Promise((resolve) => server.close(resolve));

    await expect(request({ url: url ?? '' })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  describe('before the first byte leaves', () => {
    it('is asked once the connection is there', async () => {
      let connections = 0;
      server.on('connection', () => (connections += 1));
      answer = (_, response) => {
        response.end('ok');
      };
      const seen: number[] = [];
      const beforeSend = (): void => {
        seen.push(connections);
      };
      await request({ beforeSend });

      expect(seen).toEqual([1]);
    });

    it('sends nothing when that throws, and keeps the connection for the next', async () => {
      const paths: unknown[] = [];
      let connections = 0;
      server.on('connection', () => (connections += 1));
      answer = ({ headers }, response) => {
        paths.push(headers['x-note']);
        response.end('ok');
      };
      const no = new Error('not any more');
      const forbidden = request({
        headers: { 'x-note': 'a' },
        beforeSend: () => {
          throw no;
        },
      });

      await expect(forbidden).rejects.toBe(no);
      expect((await request({ headers: { 'x-note': 'b' } })).data).toBe('ok');
      expect(paths).toEqual(['b']);
      expect(connections).toBe(1);
    });

    it('waits for its turn first', async () => {
      const held: (() => void)[] = [];
      answer = (_, response) => {
        held.push(() => response.end('ok'));
      };
      const both = [request(), request()];
      while (held.length < 2) await once(server, 'request');
      const beforeSend = jest.fn();
      const third = request({ beforeSend });
      await new Promise(setImmediate);
      expect(beforeSend).not.toHaveBeenCalled();

      for (const finish of held.splice(0)) finish();
      await Promise.all(both);
      while (held.length < 1) await once(server, 'request');
      expect(beforeSend).toHaveBeenCalledTimes(1);
      held.pop()?.();
      await third;
    });
  });

  it('leaves no timer and no listener behind', async () => {
    answer = (_, response) => {
      response.end('ok');
    };
    const abort = new AbortController();
    const removed = jest.spyOn(abort.signal, 'removeEventListener');
    const cleared = jest.spyOn(globalThis, 'clearTimeout');
    try {
      await request({ signal: abort.signal });
      expect(removed).toHaveBeenCalledWith('abort', expect.any(Function));
      expect(cleared).toHaveBeenCalled();
    } finally {
      jest.restoreAllMocks();
    }
  });
});
