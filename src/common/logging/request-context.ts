import { AsyncLocalStorage } from 'node:async_hooks';

interface Context {
  readonly requestId: string;
}

const storage = new AsyncLocalStorage<Context>();

/** Carries the id of the request being served along every await, for log lines and audit records. */
export const RequestContext = {
  run<T>(requestId: string, work: () => T): T {
    return storage.run({ requestId }, work);
  },

  /** Work of the service's own: whoever happens to set it off, it belongs to no request. */
  leave<T>(work: () => T): T {
    return storage.exit(work);
  },

  /** Undefined when the service acts by itself: a beat, an expiry, a delivery. */
  get requestId(): string | undefined {
    return storage.getStore()?.requestId;
  },
};
