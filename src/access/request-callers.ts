import { UnauthenticatedError } from './domain/access.errors';
import type { Caller } from './domain/caller';

const callers = new WeakMap<object, Caller>();
const forwarded = new WeakSet<object>();

/** Holds the caller of each request, from the authentication to the route. */
export const RequestCallers = {
  set(request: object, caller: Caller): void {
    callers.set(request, caller);
  },

  /** Sets the caller of a request that another replica has forwarded, and counted against the caller's quota. */
  setForwarded(request: object, caller: Caller): void {
    callers.set(request, caller);
    forwarded.add(request);
  },

  isForwarded(request: object): boolean {
    return forwarded.has(request);
  },

  /** Undefined if the request was not authenticated. */
  find(request: object): Caller | undefined {
    return callers.get(request);
  },

  /** Throws `UnauthenticatedError` if the request was not authenticated. */
  get(request: object): Caller {
    const caller = callers.get(request);
    if (caller === undefined) throw new UnauthenticatedError('missing');
    return caller;
  },
};
