import { randomFillSync } from 'node:crypto';

/** A place in a trace as W3C Trace Context has it: the whole, and what is done here as a part of it. */
export interface Trace {
  readonly traceId: string;
  readonly spanId: string;
  /** Whether whoever began the trace keeps it. */
  readonly isSampled: boolean;
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 0x01;

/** Random bytes in stock: a system call for each id would be a twentieth of what a refused request costs. */
const random = Buffer.alloc(4_096);
let used = random.length;

/** A trace that begins here. Everything of it is in our log, so it says that it is kept. */
export function newTrace(): Trace {
  return { traceId: randomHex(16), spanId: newSpanId(), isSampled: true };
}

/**
 * The trace of a `traceparent`, with a span of our own; a new trace when there is none or when it is not valid.
 * Of a later version than ours only what ours knows is read, as the recommendation asks for.
 */
export function continueTrace(traceparent: string | undefined): Trace {
  const [, version = '', traceId = '', parentId = '', flags = '', more] = FORM.exec(traceparent ?? '') ?? [];
  const isUnderstood = version !== '' && version !== 'ff' && (version !== '00' || more === undefined);
  if (!isUnderstood || isZero(traceId) || isZero(parentId)) return newTrace();
  return { traceId, spanId: newSpanId(), isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

/** How others are told. */
export function traceparentOf({ traceId, spanId, isSampled }: Trace): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

function newSpanId(): string {
  return randomHex(8);
}

function randomHex(bytes: number): string {
  if (used + bytes > random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += bytes;
  return random.toString('hex', used - bytes, used);
}

function isZero(id: string): boolean {
  return /^0*$/.test(id);
}
