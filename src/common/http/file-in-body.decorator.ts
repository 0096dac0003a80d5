import type { IncomingMessage } from 'node:http';
import {
  createParamDecorator,
  type ExecutionContext,
  HttpException,
  HttpStatus,
  PayloadTooLargeException,
  RequestTimeoutException,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { unstalled } from './unstalled';

/** What no channel would take: a file that is larger is refused without a look at who wants to send it where. */
export const MAX_FILE_BYTES = 100 * 1024 * 1024;

/** A caller that sends nothing for longer than this has left its file unfinished: it holds a place that others wait for. */
const STALLED_AFTER_MS = 5_000;

const MEDIA_TYPE = /^([\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127})\s*(;|$)/;

/** A file as a caller sends it. */
export interface FileInRequest {
  /** Its media type in lower case, without parameters. */
  readonly type: string;
  /** In bytes, as the caller says it. */
  readonly size: number;
  /**
   * As it arrives, to be read once and only as far as it is wanted. It fails when the caller hangs up in between, and with
   * 408 when the caller sends nothing for five seconds while it is being read.
   */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * The body of a route with `@TakesFile()`, nothing of it read yet. Refuses with 411 what has no length, with 413 what is
 * beyond all measure, and with 415 what is no plain file with a type. What the route leaves unread is passed over once it
 * has answered, so that its caller hears the answer.
 */
export const FileInBody = createParamDecorator((_: undefined, context: ExecutionContext): FileInRequest => {
  const http = context.switchToHttp();
  const { raw } = http.getRequest<FastifyRequest>();
  const reply = http.getResponse<FastifyReply>();
  const size = sizeOf(raw, reply);
  const type = typeOf(raw);
  reply.raw.once('finish', () => {
    raw.removeAllListeners('readable').resume();
  });
  // Whoever stops reading must not take the connection away from whoever answers.
  const unread = { [Symbol.asyncIterator]: () => raw.iterator({ destroyOnReturn: false }) };
  const content = unstalled(unread, STALLED_AFTER_MS, () => {
    void reply.header('connection', 'close');
    return new RequestTimeoutException();
  });
  return { type, size, content };
});

function sizeOf({ headers }: IncomingMessage, reply: FastifyReply): number {
  const length = headers['content-length'];
  const size = Number(length);
  if (length !== undefined && size <= MAX_FILE_BYTES) return size;
  // Nobody knows how much would have to be passed over.
  void reply.header('connection', 'close');
  throw length === undefined
    ? new HttpException('Length Required', HttpStatus.LENGTH_REQUIRED)
    : new PayloadTooLargeException();
}

function typeOf({ headers }: IncomingMessage): string {
  const type = MEDIA_TYPE.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase();
  const coding = headers['content-encoding'] ?? 'identity';
  // A form with a file in it would arrive as a file that nobody can open.
  if (type === undefined || type.startsWith('multipart/') || coding.toLowerCase() !== 'identity')
    throw new UnsupportedMediaTypeException();
  return type;
}
