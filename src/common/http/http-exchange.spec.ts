import { once } from 'node:events';
import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import type { HttpAnswer, HttpRequest } from './http-client';
import { FakeHttpTarget } from './http-target.fake';
import { HttpExchange } from './http-exchange';
import { OutboundTimeoutError, OutboundTooLargeError } from './outbound.errors';

let target: FakeHttpTarget;

beforeEach(async () => {
  target = await FakeHttpTarget.start(2);
});
afterEach(() => target.stop());

const request = (facts?: Partial<HttpRequest>): Promise<HttpAnswer> => target.request(facts);

describe(HttpExchange.name, () => {
  it('sends method, headers and body as they are', async () => {
    target.answer = ({ method, headers, url }, response) => {
      response.end(JSON.stringify([method, url, headers['x-note'], headers['content-type']]));
    };
    const { body } = await request({
      method: 'POST',
      headers: { 'x-note': 'a', 'content-type': 'application/json' },
      body: '{"a":1}',
    });

    expect(JSON.parse(body)).toEqual(['POST', '/path', 'a', 'application/json']);
  });

  it('sends the body and returns the answer as text, UTF-8 across chunks included', async () => {
    target.answer = (incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = Buffer.concat(chunks);
        response.write(body.subarray(0, 2), () => response.end(body.subarray(2)));
      });
    };

    expect((await request({ method: 'POST', body: '😀{"a":1}' })).body).toBe('😀{"a":1}');
  });

  it.each(
    Object.keys(STATUS_CODES)
      .map(Number)
      .filter((status) => status >= 200),
  )('resolves for status %i', async (status) => {
    target.answer = (_, response) => {
      response.writeHead(status, { 'x-note': 'b' }).end();
    };
    const response = await request();

    expect([response.status, response.body, response.headers['x-note']]).toEqual([status, '', 'b']);
  });

  it('follows no redirect', async () => {
    let requests = 0;
    target.answer = (_, response) => {
      requests += 1;
      response.writeHead(302, { location: '/elsewhere' }).end('moved');
    };

    expect(await request()).toMatchObject({ status: 302, body: 'moved' });
    expect(requests).toBe(1);
  });

  it('rejects when there is no answer in time', async () => {
    target.answer = () => undefined;

    const failure = request({ timeoutMs: 50 });

    await expect(failure).rejects.toBeInstanceOf(OutboundTimeoutError);
    await expect(failure).rejects.toMatchObject({ timeoutMs: 50 });
  });

  it('rejects when the answer is not complete in time', async () => {
    target.answer = (_, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half');
    };

    await expect(request({ timeoutMs: 50 })).rejects.toBeInstanceOf(OutboundTimeoutError);
  });

  it('rejects when it is aborted, before the answer and during it', async () => {
    for (const begun of [false, true]) {
      const abort = new AbortController();
      target.answer = (_, response) => {
        if (begun) response.write('half');
        abort.abort();
      };

      await expect(request({ signal: abort.signal })).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    }
  });

  it('rejects with the reason of the abort, for which axios has words of its own', async () => {
    const abort = new AbortController();
    const reason = new Error('No longer wanted');
    target.answer = () => {
      abort.abort(reason);
    };
    const sent = {
      method: 'GET',
      url: target.url,
      headers: {},
      timeoutMs: 5_000,
      maxBytes: 100,
      signal: abort.signal,
    };

    await expect(new HttpExchange(sent).over(target.pool)).rejects.toBe(reason);
    await expect(new HttpExchange(sent).over(target.pool)).rejects.toBe(reason);
  });

  it('sends nothing when it is aborted already', async () => {
    let requests = 0;
    target.answer = () => {
      requests += 1;
    };

    await expect(request({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    expect(requests).toBe(0);
  });

  it('reads as much as it may and no more, and tells the status of what it did not read', async () => {
    target.answer = (_, response) => {
      response.writeHead(502).end('x'.repeat(1_000));
    };

    expect((await request({ maxBytes: 1_000 })).body).toHaveLength(1_000);
    const failure = request({ maxBytes: 999 });
    await expect(failure).rejects.toBeInstanceOf(OutboundTooLargeError);
    await expect(failure).rejects.toMatchObject({ maxBytes: 999, status: 502 });
  });

  it('stops reading an answer without an end', async () => {
    let closed: Promise<unknown> | undefined;
    target.answer = (_, response) => {
      closed = once(response, 'close');
      const feed = (): void => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', feed);
      feed();
    };

    await expect(request({ maxBytes: 100_000 })).rejects.toBeInstanceOf(OutboundTooLargeError);
    await closed;
  });

  it('rejects when the connection breaks, before the answer and during it', async () => {
    target.answer = ({ socket }) => {
      socket.destroy();
    };
    await expect(request()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });

    target.answer = ({ socket }, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => socket.destroy());
    };
    await expect(request()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });

  it('rejects when nobody listens', async () => {
    await new Promise((resolve) => target.server.close(resolve));

    await expect(request()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  describe('before the first byte leaves', () => {
    it('is asked once the connection is there', async () => {
      let connections = 0;
      target.server.on('connection', () => (connections += 1));
      target.answer = (_, response) => {
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
      target.server.on('connection', () => (connections += 1));
      target.answer = ({ headers }, response) => {
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
      expect((await request({ headers: { 'x-note': 'b' } })).body).toBe('ok');
      expect(paths).toEqual(['b']);
      expect(connections).toBe(1);
    });

    it('waits for its turn first', async () => {
      const held: (() => void)[] = [];
      target.answer = (_, response) => {
        held.push(() => response.end('ok'));
      };
      const both = [request(), request()];
      while (held.length < 2) await once(target.server, 'request');
      const beforeSend = jest.fn();
      const third = request({ beforeSend });
      await new Promise(setImmediate);
      expect(beforeSend).not.toHaveBeenCalled();

      for (const finish of held.splice(0)) finish();
      await Promise.all(both);
      while (held.length < 1) await once(target.server, 'request');
      expect(beforeSend).toHaveBeenCalledTimes(1);
      held.pop()?.();
      await third;
    });
  });

  it('destroys the stream of a request that fails, with a connection and without one', async () => {
    target.answer = ({ socket }) => {
      socket.destroy();
    };
    const sent = Readable.from(['part'], { objectMode: false });
    await expect(request({ method: 'POST', body: sent })).rejects.toBeInstanceOf(Error);
    expect(sent.destroyed).toBe(true);

    await new Promise((resolve) => target.server.close(resolve));
    const unsent = new Readable({ read: () => undefined });
    await expect(request({ method: 'POST', body: unsent })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(unsent.destroyed).toBe(true);
  });

  it('leaves no timer and no listener behind', async () => {
    target.answer = (_, response) => {
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
