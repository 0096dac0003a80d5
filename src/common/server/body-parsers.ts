import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { parseStrictJson } from '../validation/strict-json';
import { holderPartOf } from './by-holder.decorator';
import { RawBodies } from './raw-bodies';
import { takesFile } from './takes-file.decorator';

/** The type that every body of a route for files has, as far as its parser is concerned. */
const ANY_FILE = 'application/x-file-in-body';
const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/**
 * Reads strict JSON in UTF-8, leaves files unread, and refuses every other body. An empty body is no body, of whatever
 * type and coding: clients declare JSON with every request, also where they have nothing to send.
 */
export function addBodyParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  declareTypes(server);
  parseJson(server);
  leaveFilesUnread(server);
  refuseOthers(server);
}

/**
 * Sets the type by which a parser is chosen; the raw request keeps the one of its header. Headers that are set are merged
 * at each reading, so those without a type are left alone. A type other than JSON is none:
 * Fastify refuses a type that it cannot parse before any parser sees whether there is a body.
 */
function declareTypes(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request;
    if (takesFile(request)) request.headers = { 'content-type': ANY_FILE };
    else if (headers['content-type'] !== undefined && (!isJson(headers) || hasNoBody(headers)))
      request.headers = { 'content-type': undefined };
    done();
  });
}

function isJson(headers: IncomingHttpHeaders): boolean {
  return JSON_TYPE.test(headers['content-type'] ?? '');
}

/** Whether the headers already tell that the body is empty (RFC 9112, 6.3); a chunked one may turn out to be. */
function hasNoBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] === undefined && lengthIn(headers) === 0;
}

function lengthIn(headers: IncomingHttpHeaders): number {
  return Number(headers['content-length'] ?? 0);
}

function parseJson(server: FastifyInstance): void {
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.from(body);
    if (bytes.length === 0) {
      done(null, undefined);
      return;
    }
    if (!isPlainUtf8(request.headers)) {
      done(new UnsupportedMediaTypeException());
      return;
    }
    if (holderPartOf(request) !== undefined) RawBodies.keep(request, bytes);
    try {
      done(null, parseStrictJson(bytes));
    } catch (error) {
      done(error instanceof Error ? error : new Error('unreadable'));
    }
  });
}

/** Whether a body is neither in another charset nor compressed. `utf8` is a common spelling of UTF-8. */
function isPlainUtf8(headers: IncomingHttpHeaders): boolean {
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  const coding = headers['content-encoding'] ?? 'identity';
  return /^utf-?8$/i.test(charset) && coding.toLowerCase() === 'identity';
}

/** A file stays in its stream, however large it is and also when it is JSON: the route reads it, or refuses it unread. */
function leaveFilesUnread(server: FastifyInstance): void {
  server.addContentTypeParser(ANY_FILE, (_request, _payload, done) => {
    done(null);
  });
}

/** Refuses a body of another type as soon as it is known not to be empty, and unread. */
function refuseOthers(server: FastifyInstance): void {
  server.addContentTypeParser('*', (request, payload, done) => {
    if (request.is404) done(null);
    else if (lengthIn(request.headers) > 0) done(new UnsupportedMediaTypeException());
    else awaitEnd(payload, done);
  });
}

/** Calls back once: without an error at the end of an empty stream, and with one at the first byte of another. */
function awaitEnd(payload: Readable, done: (error: Error | null) => void): void {
  const settle = (error: Error | null): void => {
    payload.off('data', refuse).off('end', accept).off('error', settle);
    // A stream that fails after its refusal has nothing more to tell.
    payload.on('error', () => undefined);
    done(error);
  };
  const refuse = (): void => {
    settle(new UnsupportedMediaTypeException());
  };
  const accept = (): void => {
    settle(null);
  };
  payload.on('data', refuse).on('end', accept).on('error', settle);
}
