import { UnauthenticatedError } from './domain/access.errors';
import type { Caller } from './domain/caller';

const callers = new WeakMap<object, Caller>();

/** Carries the caller from the first look at a request to the route that serves it. */
export const RequestCallers = {
  set(request: object, caller: Caller): void {
    callers.set(request, caller);
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
