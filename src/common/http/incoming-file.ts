import type { IncomingMessage } from 'node:http';
import {
  HttpException,
  HttpStatus,
  PayloadTooLargeException,
  RequestTimeoutException,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { unstalled } from './unstalled';

/** More than any channel takes: a larger file is refused before its session is looked up. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;

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
 * The unread body of a route with `@TakesFile()`. Refuses with 411 a file without a length, with 413 one of more than
 * `MAX_FILE_BYTES`, and with 415 a form or a file without a type. Unread bytes are discarded once the reply is sent, so
 * that the caller receives the reply.
 */
export function incomingFileOf(raw: IncomingMessage, reply: FastifyReply): FileInRequest {
  const size = sizeOf(raw, reply);
  const type = typeOf(raw);
  reply.raw.once('finish', () => {
    raw.removeAllListeners('readable').resume();
  });
  // A consumer that stops reading must not destroy the connection that the reply needs.
  const unread = { [Symbol.asyncIterator]: () => raw.iterator({ destroyOnReturn: false }) };
  const content = unstalled(unread, STALLED_AFTER_MS, () => {
    void reply.header('connection', 'close');
    return new RequestTimeoutException();
  });
  return { type, size, content };
}

function sizeOf({ headers }: IncomingMessage, reply: FastifyReply): number {
  const length = headers['content-length'];
  const size = Number(length);
  if (length !== undefined && size <= MAX_FILE_BYTES) return size;
  // Without a length, the number of bytes to discard is unknown.
  void reply.header('connection', 'close');
  throw length === undefined
    ? new HttpException('Length Required', HttpStatus.LENGTH_REQUIRED)
    : new PayloadTooLargeException();
}

function typeOf({ headers }: IncomingMessage): string {
  const type = MEDIA_TYPE.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase();
  const coding = headers['content-encoding'] ?? 'identity';
  // A form with a file in it would be stored as an unreadable file.
  if (type === undefined || type.startsWith('multipart/') || coding.toLowerCase() !== 'identity')
    throw new UnsupportedMediaTypeException();
  return type;
}
