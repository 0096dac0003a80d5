import { useSyncExternalStore } from 'react';

const subscribers = new Set<() => void>();
let open = 0;

/** Counts a dialog as open until the returned function is called. */
export function countDialog(): () => void {
  change(1);
  return () => {
    change(-1);
  };
}

export function isDialogOpen(): boolean {
  return open > 0;
}

/**
 * The interval after which figures are read again; none while a dialog is open, because a row or a state that changes
 * would take the dialog of its action with it.
 */
export function useRefreshInterval(ms: number): number | false {
  return useSyncExternalStore(subscribe, isDialogOpen) ? false : ms;
}

function change(by: number): void {
  open += by;
  for (const subscriber of subscribers) subscriber();
}

function subscribe(subscriber: () => void): () => void {
  subscribers.add(subscriber);
  return () => {
    subscribers.delete(subscriber);
  };
}
