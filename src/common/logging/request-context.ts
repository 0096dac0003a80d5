import { AsyncLocalStorage } from 'node:async_hooks';
import { newTrace, type Trace, traceparentOf } from './trace';

/** Facts about the current work. */
export interface Context {
  /** Absent for internal work of the service. */
  readonly requestId?: string;
  readonly trace: Trace;
  /** The name of the caller, once it is known. */
  caller?: string;
  /** The number of the attempt, from 1, at what may be repeated. */
  readonly attempt?: number;
}

const storage = new AsyncLocalStorage<Context>();

/**
 * Carries the id and the trace of what is being done along every await, for log lines, audit records and others.
 *
 * @publicApi
 */
export const RequestContext = {
  run<T>(requestId: string, work: () => T, trace: Trace = newTrace()): T {
    return storage.run({ requestId, trace }, work);
  },

  /** Resumes a context where Node has lost it. */
  resume<T>(context: Context, work: () => T): T {
    return storage.run(context, work);
  },

  /** Sets the caller of the current work. */
  actAs(caller: string): void {
    const context = storage.getStore();
    if (context !== undefined) context.caller = caller;
  },

  /** Runs internal work of the service, without the request that happens to trigger it. */
  leave<T>(work: () => T): T {
    return storage.exit(work);
  },

  /** Runs internal work that other services see: without a request, and with its own trace. */
  beginTrace<T>(work: () => T): T {
    return storage.run({ trace: newTrace() }, work);
  },

  /** Runs work in another position of a trace, for the same request. */
  moveTo<T>(trace: Trace, work: () => T): T {
    return storage.run({ ...storage.getStore(), trace }, work);
  },

  /** Runs an attempt at what may be repeated, within a trace. */
  tryAs<T>(attempt: number, work: () => T): T {
    const context = storage.getStore();
    return context === undefined ? work() : storage.run({ ...context, attempt }, work);
  },

  /** Undefined for internal work of the service: a beat, an expiry, a delivery. */
  get requestId(): string | undefined {
    return storage.getStore()?.requestId;
  },

  /** Undefined for internal work of the service, and before the caller is identified. */
  get caller(): string | undefined {
    return storage.getStore()?.caller;
  },

  get traceId(): string | undefined {
    return storage.getStore()?.trace.traceId;
  },

  /** The span of the tracer; undefined while traces are not exported. */
  get span(): Trace | undefined {
    const trace = storage.getStore()?.trace;
    return trace?.isSpan === true ? trace : undefined;
  },

  /** Undefined outside of attempts. */
  get attempt(): number | undefined {
    return storage.getStore()?.attempt;
  },

  /** Headers for requests to other services, so that traces can be correlated; empty outside of a trace. */
  get traceHeaders(): { readonly traceparent?: string } {
    const trace = storage.getStore()?.trace;
    return trace === undefined ? {} : { traceparent: traceparentOf(trace) };
  },
};
