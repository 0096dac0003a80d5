import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { parseStrictJson } from '../validation/strict-json';
import { holderPartOf } from './by-holder.decorator';
import { RawBodies } from './raw-bodies';
import { takesFile } from './takes-file.decorator';
import { takesRawBody } from './takes-raw-body.decorator';

/** The internal type of every body on a route for files, which selects its parser. */
const ANY_FILE = 'application/x-file-in-body';
/** The internal type of every body that stays unparsed. */
const RAW = 'application/x-raw';
/** Genesys Cloud documents no limit of webhooks; messages with cards are a few kilobytes. */
const RAW_LIMIT_BYTES = 256 * 1024;
const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/**
 * Parses strict JSON in UTF-8, leaves files unread and signed bodies unparsed, and refuses every other body. An empty body counts as absent,
 * whatever its type and coding: clients declare JSON with every request, also without a body.
 */
export function addBodyParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  declareTypes(server);
  parseJson(server);
  leaveFilesUnread(server);
  leaveUnparsed(server);
  refuseOthers(server);
}

/**
 * Sets the type that selects a parser; the raw request keeps the one of its header. Fastify merges headers that were
 * set at each reading, so requests without a type are left alone. A type other than JSON is removed: Fastify refuses
 * a type without a parser before any parser sees whether there is a body.
 */
function declareTypes(server: FastifyInstance): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request;
    if (takesFile(request)) request.headers = { 'content-type': ANY_FILE };
    else if (takesRawBody(request)) request.headers = { 'content-type': RAW };
    else if (headers['content-type'] !== undefined && (!isJson(headers) || hasNoBody(headers)))
      request.headers = { 'content-type': undefined };
    done();
  });
}

function isJson(headers: IncomingHttpHeaders): boolean {
  return JSON_TYPE.test(headers['content-type'] ?? '');
}

/** Tells whether the headers alone show an empty body (RFC 9112, 6.3); a chunked one may turn out to be empty. */
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

/** Tells whether a body is neither in another charset nor compressed. `utf8` is a common spelling of UTF-8. */
function isPlainUtf8(headers: IncomingHttpHeaders): boolean {
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  const coding = headers['content-encoding'] ?? 'identity';
  return /^utf-?8$/i.test(charset) && coding.toLowerCase() === 'identity';
}

/** A file stays in its stream, whatever its size and even if it is JSON: the route reads it, or refuses it unread. */
function leaveFilesUnread(server: FastifyInstance): void {
  server.addContentTypeParser(ANY_FILE, (_request, _payload, done) => {
    done(null);
  });
}

/** The receiver checks the signature over the bytes before anything reads their content. */
function leaveUnparsed(server: FastifyInstance): void {
  const options = { parseAs: 'buffer', bodyLimit: RAW_LIMIT_BYTES } as const;
  server.addContentTypeParser(RAW, options, (_request, body, done) => {
    done(null, body);
  });
}

/** Refuses a body of another type, unread, as soon as it proves not to be empty. */
function refuseOthers(server: FastifyInstance): void {
  server.addContentTypeParser('*', (request, payload, done) => {
    if (request.is404) done(null);
    else if (lengthIn(request.headers) > 0) done(new UnsupportedMediaTypeException());
    else awaitEnd(payload, done);
  });
}

/** Calls back once: without an error at the end of an empty stream, with one at the first byte of any other. */
function awaitEnd(payload: Readable, done: (error: Error | null) => void): void {
  const settle = (error: Error | null): void => {
    payload.off('data', refuse).off('end', accept).off('error', settle);
    // Errors of the stream after its refusal are irrelevant.
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
