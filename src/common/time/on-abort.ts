/**
 * Calls a listener when a signal aborts, at once when it has aborted already: a listener that is added after an `abort`
 * is never called by the signal itself. Returns a function that takes the listener away.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  if (signal.aborted) {
    listener();
    return () => undefined;
  }
  signal.addEventListener('abort', listener, { once: true });
  return () => {
    signal.removeEventListener('abort', listener);
  };
}
