/**
 * Runs work with a signal that aborts when its time is over or when `parent` aborts, and clears the timer at the end
 * of the work. `isOver` tells afterwards whether the time was the cause.
 */
export async function withDeadline<T>(
  timeMs: number,
  parent: AbortSignal,
  work: (signal: AbortSignal, isOver: () => boolean) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let isOver = false;
  const abort = (): void => {
    controller.abort(parent.reason);
  };
  const timer = setTimeout(() => {
    isOver = true;
    controller.abort();
  }, timeMs);
  if (parent.aborted) abort();
  parent.addEventListener('abort', abort);
  try {
    return await work(controller.signal, () => isOver);
  } finally {
    clearTimeout(timer);
    parent.removeEventListener('abort', abort);
  }
}
