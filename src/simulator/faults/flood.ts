const CHUNK = Buffer.alloc(64 * 1024, 'a');

/** Streams a JSON string of exactly this many bytes, quotes included. */
export function* flood(bytes: number): Generator<Buffer> {
  const quote = Buffer.from('"');
  yield quote;
  for (let left = bytes - 2; left > 0; left -= CHUNK.length) {
    yield left >= CHUNK.length ? CHUNK : CHUNK.subarray(0, left);
  }
  yield quote;
}
