import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, type ReactNode, useState } from 'react';
import type { ScopeName } from '../api/scope-name';
import { useScope } from '../login/console-session-context';
import { ActionDialog } from './action-dialog';
import { announce } from './announcements';
import { type AuditSelection, AuditReceipt } from './audit-receipt';

/** The answer to an action; its `x-request-id` leads to the audit record. */
export interface ActionResult {
  readonly response: Response;
  /** Shown after the action, such as the outcome of a test. */
  readonly note?: ReactNode;
}

interface ConfirmActionProps {
  /** The name of the button and of the dialog, such as `Pause receiver`. */
  readonly label: string;
  readonly scope: ScopeName;
  /** Says the effect before it happens; fields of the action stand there too. */
  readonly question: ReactNode;
  readonly run: () => Promise<ActionResult>;
  /** Narrows the search for the audit record. */
  readonly audit: AuditSelection;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
  /** Runs once the dialog is closed after a success. */
  readonly onClosed?: () => void;
}

/** First parts of the keys of queries that no action makes stale. */
const UNCHANGED: readonly unknown[] = ['console-session', 'transcript'];

/** A button that asks before its action, and shows the outcome and its audit record afterwards. Absent without the scope. */
export function ConfirmAction(props: ConfirmActionProps): ReactElement | null {
  const { label, scope, question, run, audit, isDangerous = false, isDisabled = false, onClosed } = props;
  const [isOpen, setOpen] = useState(false);
  const queries = useQueryClient();
  const isPermitted = useScope(scope);
  const action = useMutation({
    mutationFn: run,
    onSuccess: () => announce(`${label}: done`),
  });
  if (!isPermitted) return null;
  const close = (): void => {
    setOpen(false);
    if (action.isSuccess) {
      void queries.invalidateQueries({ predicate: ({ queryKey: [first] }) => !UNCHANGED.includes(first) });
      onClosed?.();
    }
    action.reset();
  };
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        className={isDangerous ? 'danger-button' : undefined}
        disabled={isDisabled}
        onClick={() => setOpen(true)}
      >
        {label}
      </Button>
      {isOpen && (
        <ActionDialog
          title={label}
          isDangerous={isDangerous}
          action={action}
          onClose={close}
          result={
            action.isSuccess && (
              <>
                {action.data.note}
                <AuditReceipt selection={audit} response={action.data.response} />
              </>
            )
          }
        >
          {question}
        </ActionDialog>
      )}
    </>
  );
}
