import { once } from 'node:events';
import { answeredStatusOf } from './answered-status';
import type { HttpAnswer, HttpRequest } from './http-client';
import { FakeHttpTarget } from './http-target.fake';

let target: FakeHttpTarget;

beforeEach(async () => {
  target = await FakeHttpTarget.start();
});
afterEach(() => target.stop());

const request = (facts?: Partial<HttpRequest>): Promise<HttpAnswer> => target.request(facts);

const OK = 'HTTP/1.1 200 OK\r\n';
const HEADERS = `${OK}content-length: 10\r\n\r\n`;

/** Answers each request on a connection with the next of the texts, and hangs up after the last one. */
function answeringRaw(...texts: string[]): void {
  target.server.removeAllListeners('request');
  target.server.on('connection', (socket) => {
    socket.removeAllListeners('data');
    socket
      .on('error', () => undefined)
      .on('data', () => {
        const text = texts.shift() ?? '';
        if (texts.length === 0) socket.end(text, 'latin1');
        else socket.write(text, 'latin1');
      });
  });
}

describe(answeredStatusOf.name, () => {
  it.each([
    ['that breaks off after the status line', OK, 200],
    ['that breaks off within a body', `${HEADERS}half`, 200],
    ['whose length is not that of its body', `${OK}content-length: 2\r\n\r\nthree`, 200],
    ['without a body by its status, but with one', 'HTTP/1.1 204 -\r\ncontent-length: 2\r\n\r\nok', 204],
    ['with 20 kB of headers', `${OK}x-note: ${'a'.repeat(20_000)}\r\n\r\n`, 200],
    ['with headers that are longer than what is read', `${OK}x-note: ${'a'.repeat(100_000)}\r\n\r\n`, 200],
    ['with a control character in a header', `${OK}x-note: a\x00b\r\n\r\n`, 200],
    ['with a header without a colon', `${OK}note\r\n\r\n`, 200],
    ['with lines that end with LF alone', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok', 200],
    ['after an interim one', `HTTP/1.1 103 -\r\nlink: a\r\n\r\n${OK}x-note: \x00\r\n\r\n`, 200],
    ['that refuses and breaks off', 'HTTP/1.1 503 No\r\n', 503],
  ])('takes an answer %s for its status', async (_, text, status) => {
    answeringRaw(text);

    expect((await request({ method: 'POST', body: '{}', statusDecides: true })).status).toBe(status);
  });

  it.each([
    ['nothing', ''],
    ['half a status line', 'HTTP/1.1 200 O'],
    ['a greeting of another protocol', '220 mail.example.com ESMTP\r\n'],
    ['an interim answer', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['a status that is none', 'HTTP/1.1 999 OK\n\n'],
  ])('takes %s for no answer', async (_, text) => {
    answeringRaw(text);

    await expect(request({ statusDecides: true })).rejects.toBeInstanceOf(Error);
  });

  it('keeps to the answer of the request itself: that of an earlier one on the connection says nothing', async () => {
    answeringRaw(`${OK}content-length: 0\r\n\r\n`, '');
    await request({ statusDecides: true });

    await expect(request({ statusDecides: true })).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });

  it('does not wait for a body that never ends, and drops its connection', async () => {
    let closed: Promise<unknown> | undefined;
    target.answer = (_, response) => {
      closed = once(response, 'close');
      response.writeHead(200).write('half');
    };

    expect(await request({ statusDecides: true })).toMatchObject({ status: 200, body: '' });
    await closed;
  });

  it('reads the body of the statuses that it is told, and is content with the status where that never ends', async () => {
    const of404 = { statusDecides: true, bodyOf: new Set([404]), maxBytes: 100 };
    const bodies = ['gone: not.found', 'gone:', 'x'.repeat(101)];
    target.answer = ({ method }, response) => {
      response.writeHead(method === 'GET' ? 404 : 503).write(bodies[0]);
      if (bodies.shift() !== 'gone:') response.end();
    };

    expect(await request(of404)).toMatchObject({ status: 404, body: 'gone: not.found' });
    expect(await request(of404)).toMatchObject({ status: 404, body: '' });
    expect(await request(of404)).toMatchObject({ status: 404, body: '' });
    bodies.push('not read');
    expect(await request({ ...of404, method: 'POST' })).toMatchObject({ status: 503, body: '' });
  });

  it('uses the connection again when the body ends', async () => {
    let connections = 0;
    target.server.on('connection', () => (connections += 1));
    target.answer = (_, response) => {
      response.end('accepted');
    };
    for (let sent = 0; sent < 3; sent += 1) await request({ statusDecides: true });

    expect(connections).toBe(1);
  });

  it('decides nothing unless it is said to', async () => {
    answeringRaw(OK);

    await expect(request()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });
});
