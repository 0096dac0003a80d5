import { DomainError } from '../errors/domain.errors';
import { RequestContext } from '../logging/request-context';
import { type Trace, traceOf, traceparentOf } from '../logging/trace';

export type SpanKind = 'internal' | 'server' | 'client';

/** The span of work in progress, as the work describes it. Without a tracer, and out of a sample, it takes no attributes. */
export interface Span {
  /** Whether attributes are recorded; so that none is computed in vain. */
  readonly isRecording: boolean;
  /** Sets an attribute. No value is a secret, a text or the id of a guest, or personal data. */
  set(attribute: string, value: string | number | boolean): void;
  rename(name: string): void;
  /** Marks it as failed, with the code of the error or a status, never a message. */
  fail(type: string): void;
}

/** A span that its owner ends, once. */
export interface StartedSpan extends Span {
  readonly trace: Trace;
  end(): void;
}

/** Starts spans; without a parent it begins a trace. */
export type Tracer = (name: string, kind: SpanKind, parent: Trace | undefined) => StartedSpan;

/** The position and the kind of a span. */
interface SpanOptions {
  readonly kind?: SpanKind;
  /** The `traceparent` of the cause, in place of the current span. */
  readonly cause?: string | undefined;
}

const NO_SPAN: Span = {
  isRecording: false,
  set: () => undefined,
  rename: () => undefined,
  fail: () => undefined,
};
const INTERNAL: SpanOptions = {};

/** More than one only where a process runs several applications, as tests do: the last one records. */
let tracers: readonly Tracer[] = [];
let tracer: Tracer | undefined;

function replaceTracers(next: readonly Tracer[]): void {
  tracers = next;
  tracer = next.at(-1);
}

/**
 * Records spans while there is a tracer. Without one, work runs as if it were called directly. The position in a trace is
 * that of `RequestContext`: log lines, outgoing `traceparent` headers and spans have the same ids.
 */
export const Spans = {
  /** Records spans with the tracer until the returned function is called. */
  recordWith(added: Tracer): () => void {
    replaceTracers([...tracers, added]);
    return () => {
      replaceTracers(tracers.filter((each) => each !== added));
    };
  },

  get areOn(): boolean {
    return tracer !== undefined;
  },

  /** The span of a request that a caller sends with a `traceparent`, or without; undefined without a tracer. */
  ofRequest(name: string, traceparent: string | undefined): StartedSpan | undefined {
    return tracer?.(name, 'server', traceOf(traceparent));
  },

  /** Runs work in a span of its own, within the current span if there is one. A rejection marks it as failed. */
  async run<T>(name: string, work: (span: Span) => Promise<T>, options = INTERNAL): Promise<T> {
    if (tracer === undefined) return work(NO_SPAN);
    const span = start(tracer, name, options);
    return RequestContext.moveTo(span.trace, () => ended(span, work));
  },

  /** Like `run` within a span; otherwise the work gets none. */
  async runWithin<T>(name: string, work: (span: Span) => Promise<T>): Promise<T> {
    if (tracer === undefined || RequestContext.span === undefined) return work(NO_SPAN);
    return Spans.run(name, work);
  },

  /**
   * Like `run`, but the work stays in its own context: what it leaves running, such as a socket, does not belong to the
   * trace.
   */
  async measure<T>(name: string, work: (span: Span) => Promise<T>, options = INTERNAL): Promise<T> {
    return tracer === undefined ? work(NO_SPAN) : ended(start(tracer, name, options), work);
  },

  /** The current span as a `traceparent`, to be stored with what it causes; null without one. */
  get traceparent(): string | null {
    const { span } = RequestContext;
    return span === undefined ? null : traceparentOf(span);
  },
};

function start(by: Tracer, name: string, { kind = 'internal', cause }: SpanOptions): StartedSpan {
  return by(name, kind, traceOf(cause) ?? RequestContext.span);
}

async function ended<T>(span: StartedSpan, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await work(span);
  } catch (error) {
    span.fail(typeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** The text of an error may hold anything. */
function typeOf(error: unknown): string {
  if (error instanceof DomainError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
