/**
 * Does work with a signal that aborts as soon as one of several does, with its reason. Nothing is left behind on any
 * of them: on one that lives long, `AbortSignal.any` leaves something every time.
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
