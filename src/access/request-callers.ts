import { UnauthenticatedError } from './domain/access.errors';
import type { Caller } from './domain/caller';

const callers = new WeakMap<object, Caller>();
const forwarded = new WeakSet<object>();

/** Carries the caller from the first look at a request to the route that serves it. */
export const RequestCallers = {
  set(request: object, caller: Caller): void {
    callers.set(request, caller);
  },

  /** The caller of a request that another replica has forwarded, and counted against the caller's quota. */
  setForwarded(request: object, caller: Caller): void {
    callers.set(request, caller);
    forwarded.add(request);
  },

  isForwarded(request: object): boolean {
    return forwarded.has(request);
  },

  /** Undefined when nobody has looked who it is. */
  find(request: object): Caller | undefined {
    return callers.get(request);
  },

  /** Throws `UnauthenticatedError` when nobody has looked who it is: then it is nobody. */
  get(request: object): Caller {
    const caller = callers.get(request);
    if (caller === undefined) throw new UnauthenticatedError('missing');
    return caller;
  },
};
