import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import { OutboundCodingError } from './outbound.errors';

/** The codings of answers that are understood, for `accept-encoding`. */
export const ACCEPTED_CODINGS = 'gzip, deflate, br';

const DECODERS = new Map([
  ['gzip', createUnzip],
  ['x-gzip', createUnzip],
  ['deflate', createUnzip],
  ['br', createBrotliDecompress],
]);

/**
 * The bytes of a body without its content coding, as they are read: a reader that stops early has decoded no more than
 * it took. A body without a byte is empty whatever its coding: 204 may name one. Reading fails with `OutboundCodingError` where the coding is unknown or the bytes are not of it.
 */
export async function* decoded(body: Readable, coding: unknown): AsyncGenerator<Uint8Array> {
  const name = typeof coding === 'string' ? coding.trim().toLowerCase() : '';
  if (name === '' || name === 'identity') {
    yield* body;
    return;
  }
  const decoder = DECODERS.get(name)?.();
  if (decoder === undefined) {
    body.on('error', () => undefined).destroy();
    throw new OutboundCodingError();
  }
  let failure: unknown;
  // The decoder ends with the failure of the body, and the body with that of the decoder.
  body.once('error', (error) => (failure ??= error));
  const bytes = pipeline(body, decoder, () => undefined);
  try {
    yield* bytes;
  } catch (cause) {
    if (decoder.bytesWritten === 0 && codeOf(cause) === 'Z_BUF_ERROR') return;
    throw isOfDecoder(cause) ? new OutboundCodingError({ cause }) : (failure ?? cause);
  }
}

function isOfDecoder(error: unknown): boolean {
  const code = codeOf(error);
  return code.startsWith('Z_') || /^ERR_(_?ZLIB|_?BROTLI|BROTLI)/.test(code) || code.startsWith('ERR__ERROR');
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
