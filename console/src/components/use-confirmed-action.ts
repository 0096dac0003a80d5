import { useMutation, type UseMutationResult, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { announce } from './announcements';

/** The answer to an action; its `x-request-id` leads to the audit record. */
export interface ActionResult {
  readonly response: Response;
  /** Shown after the action, such as the outcome of a test. */
  readonly note?: ReactNode;
}

interface ActionOptions {
  readonly label: string;
  readonly run: () => Promise<ActionResult>;
  readonly onClosed?: () => void;
}

interface ConfirmedAction {
  readonly action: UseMutationResult<ActionResult, Error, void>;
  readonly isOpen: boolean;
  readonly open: () => void;
  readonly close: () => void;
}

/** First parts of the keys of queries that no action makes stale. */
const UNCHANGED: readonly unknown[] = ['console-session', 'transcript'];

/** The state of an action with a dialog. After a success, closing it reads all figures again. */
export function useConfirmedAction({ label, run, onClosed }: ActionOptions): ConfirmedAction {
  const [isOpen, setOpen] = useState(false);
  const queries = useQueryClient();
  const action = useMutation({
    mutationFn: run,
    onSuccess: () => {
      announce(`${label}: done`);
    },
    // An answer may hold a secret.
    gcTime: 0,
  });
  const close = (): void => {
    setOpen(false);
    if (action.isSuccess) {
      void queries.invalidateQueries({ predicate: ({ queryKey: [first] }) => !UNCHANGED.includes(first) });
      onClosed?.();
    }
    action.reset();
  };
  return {
    action,
    isOpen,
    close,
    open: () => {
      setOpen(true);
    },
  };
}
