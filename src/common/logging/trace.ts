import { pooledRandomHex } from '../crypto/random-bytes';

/** A position in a trace as in W3C Trace Context: the trace, and a span of this service. */
export interface Trace {
  readonly traceId: string;
  readonly spanId: string;
  /** True if the originator of the trace records it. */
  readonly isSampled: boolean;
  /** Set for a span of the tracer, which spans begun within it have as their parent. */
  readonly isSpan?: true;
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 0x01;

/** Begins a new trace. All its lines are in our log, so it is marked as sampled. */
export function newTrace(): Trace {
  return { traceId: pooledRandomHex(16), spanId: newSpanId(), isSampled: true };
}

/** Continues the trace of a `traceparent` with a new span; begins a new trace if the header is missing or invalid. */
export function continueTrace(traceparent: string | undefined): Trace {
  const parent = traceOf(traceparent);
  return parent === undefined ? newTrace() : { ...parent, spanId: newSpanId() };
}

/**
 * The span that a `traceparent` names; undefined if it is missing or invalid. Of a later version only the fields of this
 * version are read, as the recommendation demands.
 */
export function traceOf(traceparent: string | undefined): Trace | undefined {
  const [, version = '', traceId = '', parentId = '', flags = '', more] = FORM.exec(traceparent ?? '') ?? [];
  const isUnderstood = version !== '' && version !== 'ff' && (version !== '00' || more === undefined);
  if (!isUnderstood || isZero(traceId) || isZero(parentId)) return undefined;
  return { traceId, spanId: parentId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

/** The `traceparent` header of a trace. */
export function traceparentOf({ traceId, spanId, isSampled }: Trace): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

function newSpanId(): string {
  return pooledRandomHex(8);
}

function isZero(id: string): boolean {
  return /^0*$/.test(id);
}
