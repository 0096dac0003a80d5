import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4_096;

const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/**
 * Bytes from the cryptographic source of `node:crypto`, which is asked for many at a time: a call costs more than most
 * uses of the bytes. Each is given out once, and is gone from the pool then. Throws `RangeError` for more than the pool has.
 */
export function pooledRandomBytes(count: number): Buffer {
  const start = take(count);
  const bytes = Buffer.from(pool.subarray(start, used));
  pool.fill(0, start, used);
  return bytes;
}

/** Like `pooledRandomBytes`, in hex: two digits a byte. */
export function pooledRandomHex(count: number): string {
  const start = take(count);
  const hex = pool.toString('hex', start, used);
  pool.fill(0, start, used);
  return hex;
}

function take(count: number): number {
  if (count > POOL_BYTES) throw new RangeError(`At most ${POOL_BYTES} random bytes at a time.`);
  if (used + count > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  used += count;
  return used - count;
}
