/**
 * Calls a listener when a signal aborts, or at once if it has aborted already: the signal itself never calls a
 * listener that is added after its `abort`. Returns a function that removes the listener.
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
