import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/** More than the parser reads of the headers of an answer. */
const MAX_HEAD_BYTES = 128 * 1024;
const STATUS_LINE = /^HTTP\/1\.[01] ([1-5]\d\d)(?: [^\r\n]*)?\r?\n/;
const END_OF_HEAD = /\r?\n\r?\n/;
const INTERIM_BELOW = 200;

const answered = new WeakMap<object, number>();

/**
 * The status of an answer that the HTTP parser refused before it told it: one that broke off after the status line, has
 * headers that are too long or malformed, or ends its lines with LF alone. `failure` is the error of the request.
 */
export function answeredStatusOf(failure: unknown): number | undefined {
  return typeof failure === 'object' && failure !== null ? answered.get(failure) : undefined;
}

/**
 * The same connector, on whose connections the final status line of each answer is read along, for `answeredStatusOf`.
 * Needs connections that carry one request at a time.
 */
export function readingStatusLines(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...outcome) => {
      const [error, socket] = outcome;
      if (error === null) readAlong(socket);
      callback(...outcome);
    });
  };
}

function readAlong(socket: Socket): void {
  const answer = new AnswerHead();
  let writtenBefore = 0;
  const isAwaited = (): boolean => socket.bytesWritten > writtenBefore;
  const push = socket.push.bind(socket);
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    // Bytes of a request since the last bytes of an answer: another answer begins.
    if (isAwaited()) answer.begin();
    writtenBefore = socket.bytesWritten;
    if (Buffer.isBuffer(chunk)) answer.read(chunk);
    return push(chunk, encoding);
  };
  // Added before the listener of the client, which fails its request with the same error.
  socket.on('error', (error) => {
    if (answer.status !== undefined && !isAwaited()) answered.set(error, answer.status);
  });
}

class AnswerHead {
  /** The status of the final status line, once it is complete. */
  status: number | undefined;
  private head = '';

  begin(): void {
    this.status = undefined;
    this.head = '';
  }

  read(chunk: Buffer): void {
    if (this.status !== undefined || this.head.length > MAX_HEAD_BYTES) return;
    this.head += chunk.toString('latin1');
    for (;;) {
      const status = Number(STATUS_LINE.exec(this.head)?.[1] ?? 0);
      if (status >= INTERIM_BELOW) this.status = status;
      const end = END_OF_HEAD.exec(this.head);
      // An interim answer ends with its headers; the final one follows.
      if (status === 0 || status >= INTERIM_BELOW || end === null) return;
      this.head = this.head.slice(end.index + end[0].length);
    }
  }
}
