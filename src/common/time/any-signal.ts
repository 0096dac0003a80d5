/**
 * Runs work with a signal that aborts as soon as one of several does, with its reason. It leaves no listeners:
 * `AbortSignal.any` would leak one per call on a long-lived signal.
 */
export async function withAnySignal<T>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const any = new AbortController();
  const abort = ({ reason }: AbortSignal): void => {
    any.abort(reason);
  };
  const listen = (event: Event): void => {
    abort(event.target as AbortSignal);
  };
  for (const signal of signals) {
    if (signal.aborted) abort(signal);
    signal.addEventListener('abort', listen);
  }
  try {
    return await work(any.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', listen);
  }
}
