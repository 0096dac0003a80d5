import { connect } from 'node:net';

export interface RawRequest {
  readonly method?: string;
  /** The request target on the wire, without any encoding or normalization. */
  readonly path?: string;
  /** Headers that override the defaults; an undefined one is left out. Values are sent as Latin-1. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Uint8Array | undefined;
}

export interface RawAnswer {
  readonly status: number;
  /** Headers with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const DEADLINE_MS = 60_000;
/** Number of chunks in which a stream has started; a later chunk contains other data. */
const FIRST_CHUNKS = 10;

/** Sends one request unchanged on a connection of its own: other clients repair or refuse malformed requests. */
export function send(url: string, request: RawRequest): Promise<RawAnswer> {
  return sendBytes(url, bytesOf(url, request));
}

/** Like `send`, with this side of the connection closed right after the request, as `nc -N` does. */
export function sendHalfClosed(url: string, request: RawRequest): Promise<RawAnswer> {
  return sendBytes(url, bytesOf(url, request), { isLast: true });
}

/**
 * Writes the bytes and resolves with the first answer once the server has closed the connection; of an event stream,
 * which does not end, with its beginning.
 */
export function sendBytes(
  url: string,
  bytes: string | Uint8Array,
  { isLast = false } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const received: Buffer[] = [];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`The connection is still open after ${DEADLINE_MS} ms`));
      socket.destroy();
    }, DEADLINE_MS);
    socket.on('data', (chunk) => {
      received.push(chunk);
      if (received.length < FIRST_CHUNKS && hasBegunStream(received)) socket.destroy();
    });
    // A server that refuses a partly received body may reset the connection after its answer.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(timer);
      const answer = parseAnswer(Buffer.concat(received).toString('utf8'));
      if (answer === undefined) reject(new Error('The connection was closed without an answer'));
      else resolve(answer);
    });
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    if (isLast) socket.end();
  });
}

function bytesOf(
  url: string,
  { method = 'GET', path = '/v1/sessions', headers = {}, body }: RawRequest,
): Buffer {
  const content = body === undefined ? undefined : Buffer.from(body);
  const length =
    content === undefined || headers['transfer-encoding'] !== undefined
      ? {}
      : { 'content-length': String(content.length) };
  const defaults = { host: new URL(url).host, connection: 'close', ...length };
  const head = Buffer.from(headOf(method, path, { ...defaults, ...headers }), 'latin1');
  return Buffer.concat([head, content ?? Buffer.alloc(0)]);
}

/** Makes the head of a request in HTTP/1.1, which its body has to follow; an undefined header is left out. */
export function headOf(method: string, target: string, headers: RawRequest['headers'] = {}): string {
  const all: NonNullable<RawRequest['headers']> = { host: 'guest-sessions', ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\r\n`],
  );
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export function isEventStream(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && contentType.startsWith('text/event-stream');
}

function hasBegunStream(received: readonly Buffer[]): boolean {
  const { headers, body } = parseAnswer(Buffer.concat(received).toString('utf8')) ?? {};
  return isEventStream(headers?.['content-type']) && body !== '';
}

function parseAnswer(text: string): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1];
  if (end < 0 || status === undefined) return undefined;
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const body = text.slice(end + 4);
  return {
    status: Number(status),
    headers,
    body: body.slice(0, Number(headers['content-length'] ?? body.length)),
  };
}
