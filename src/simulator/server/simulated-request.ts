import { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface RequestHead {
  readonly at: number;
  readonly method: string;
  /** Path, undecoded and without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
}

export interface SimulatedRequest extends RequestHead {
  readonly text: string;
  /** The raw body. */
  readonly bytes: Buffer;
  /** The parsed body if it is JSON, else the text. */
  readonly body: unknown;
  readonly isJson: boolean;
  /** The body exceeded the service's limit and was discarded. */
  readonly isTooLarge: boolean;
}

const NOTHING = Buffer.alloc(0);
const NO_QUERY: Readonly<Record<string, string>> = {};

export function readHead(incoming: IncomingMessage, at: number): RequestHead {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  return {
    at,
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? NO_QUERY : Object.fromEntries(new URLSearchParams(target.slice(mark + 1))),
    headers: incoming.headers,
  };
}

/** `bytes` is undefined when the body was too large. */
export function completeRequest(head: RequestHead, bytes: Buffer | undefined): SimulatedRequest {
  const { at, method, path, query, headers } = head;
  const isTooLarge = bytes === undefined;
  const text = bytes?.toString('utf8') ?? '';
  const parsed = parseBody(head, text);
  return { at, method, path, query, headers, text, bytes: bytes ?? NOTHING, isTooLarge, ...parsed };
}

/**
 * Calls back once: with the whole body, with undefined if it exceeded the limit, or with the received part after an
 * abort.
 */
export function readBody(
  incoming: IncomingMessage,
  maxBytes: number,
  done: (bytes: Buffer | undefined, aborted: boolean) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    // A body that is too large is still read to its end, so that the client gets an answer instead of a reset.
    if (size <= maxBytes) chunks.push(chunk);
  });
  incoming.once('close', () => {
    if (incoming.complete) return;
    done(Buffer.concat(chunks), true);
  });
  incoming.once('end', () => {
    done(size > maxBytes ? undefined : Buffer.concat(chunks), false);
  });
}

function parseBody({ headers, path }: RequestHead, text: string): { body: unknown; isJson: boolean } {
  // curl -d declares a form, whatever it sends; control routes take JSON alone.
  const isForm =
    !path.startsWith('/_sim/') &&
    headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  if (text === '' || isForm) return { body: text, isJson: false };
  try {
    return { body: JSON.parse(text) as unknown, isJson: true };
  } catch {
    // A body that is not JSON stays a text, which tests read.
    return { body: text, isJson: false };
  }
}
