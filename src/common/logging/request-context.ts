import { AsyncLocalStorage } from 'node:async_hooks';
import { newTrace, type Trace, traceparentOf } from './trace';

/** What is known of a piece of work. */
export interface Context {
  /** Absent in work of the service's own. */
  readonly requestId?: string;
  readonly trace: Trace;
  /** The name of the caller, once it is known. */
  caller?: string;
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

  /** Goes on with work where Node has lost sight of what is known of it. */
  resume<T>(context: Context, work: () => T): T {
    return storage.run(context, work);
  },

  /** From now on the work is known to be a caller's. */
  actAs(caller: string): void {
    const context = storage.getStore();
    if (context !== undefined) context.caller = caller;
  },

  /** Work of the service's own: whoever happens to set it off, it belongs to no request. */
  leave<T>(work: () => T): T {
    return storage.exit(work);
  },

  /** A piece of work of the service's own that others see something of: no request, and a trace of its own. */
  beginTrace<T>(work: () => T): T {
    return storage.run({ trace: newTrace() }, work);
  },

  /** Undefined when the service acts by itself: a beat, an expiry, a delivery. */
  get requestId(): string | undefined {
    return storage.getStore()?.requestId;
  },

  /** Undefined for work of the service's own, and as long as it is not known who is calling. */
  get caller(): string | undefined {
    return storage.getStore()?.caller;
  },

  get traceId(): string | undefined {
    return storage.getStore()?.trace.traceId;
  },

  /** What a request to another service carries, so that both can find each other's traces; nothing outside of one. */
  get traceHeaders(): { readonly traceparent?: string } {
    const trace = storage.getStore()?.trace;
    return trace === undefined ? {} : { traceparent: traceparentOf(trace) };
  },
};
