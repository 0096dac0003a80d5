/**
 * Gives work a signal that aborts after the time-out or when `parent` aborts, and clears the timer when the work is done.
 * `isOver` tells afterwards whether it was the time-out. With `onTimeout`, an error of the work after the time-out is
 * replaced by the result of that; other errors are thrown unchanged.
 */
export async function withDeadline<T>(
  timeMs: number,
  parent: AbortSignal,
  work: (signal: AbortSignal, isOver: () => boolean) => Promise<T>,
  onTimeout: (cause: unknown) => unknown = (cause) => cause,
): Promise<T> {
  const controller = new AbortController();
  const timeout = { isOver: false };
  const abort = (): void => {
    controller.abort(parent.reason);
  };
  const timer = setTimeout(() => {
    timeout.isOver = true;
    controller.abort();
  }, timeMs);
  if (parent.aborted) abort();
  parent.addEventListener('abort', abort);
  try {
    return await work(controller.signal, () => timeout.isOver);
  } catch (error) {
    throw timeout.isOver ? onTimeout(error) : error;
  } finally {
    clearTimeout(timer);
    parent.removeEventListener('abort', abort);
  }
}
