import { Button } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import type { ScopeName } from '../api/scope-name';
import { useScope } from '../login/console-session-context';
import { ActionDialog } from './action-dialog';
import { AuditReceipt, type AuditSelection } from './audit-receipt';
import { type ActionResult, useConfirmedAction } from './use-confirmed-action';

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

/** A button that asks before its action, and shows the outcome and its audit record afterwards. Absent without the scope. */
export function ConfirmAction(props: ConfirmActionProps): ReactElement | null {
  const { label, scope, question, audit, isDangerous = false, isDisabled = false } = props;
  const { action, isOpen, open, close } = useConfirmedAction(props);
  const isPermitted = useScope(scope);
  if (!isPermitted) return null;
  const result = action.isSuccess && (
    <>
      {action.data.note}
      <AuditReceipt selection={audit} response={action.data.response} />
    </>
  );
  return (
    <>
      <Button
        size="xs"
        variant="default"
        className={isDangerous ? 'danger-button' : undefined}
        disabled={isDisabled}
        onClick={open}
      >
        {label}
      </Button>
      {isOpen && (
        <ActionDialog title={label} isDangerous={isDangerous} action={action} onClose={close} result={result}>
          {question}
        </ActionDialog>
      )}
    </>
  );
}
