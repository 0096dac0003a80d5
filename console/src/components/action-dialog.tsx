import { Button, Title } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactElement, ReactNode, SubmitEvent } from 'react';
import { Dialog } from './dialog';
import { ProblemAlert } from './problem-alert';

interface ActionDialogProps {
  readonly title: string;
  readonly isDangerous: boolean;
  readonly action: Pick<
    UseMutationResult<unknown, Error, void>,
    'mutate' | 'isPending' | 'isError' | 'isSuccess' | 'error'
  >;
  readonly onClose: () => void;
  /** Replaces the question once the action has succeeded. */
  readonly result: ReactNode;
  readonly children: ReactNode;
}

/** Asks for one action, shows its failure, and then its result. */
export function ActionDialog(props: ActionDialogProps): ReactElement {
  const { title, isDangerous, action, onClose, result, children } = props;
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    action.mutate();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit} className="stack">
        <Title order={2} size="h4">
          {title}
        </Title>
        {action.isSuccess ? (
          <div role="status" className="stack">
            <p className="done">✓ Done</p>
            {result}
          </div>
        ) : (
          <div className="stack">{children}</div>
        )}
        {action.isError && <ProblemAlert error={action.error} title={`${title} failed`} />}
        <div className="dialog-buttons">
          <Button
            key={action.isSuccess ? 'close' : 'cancel'}
            variant="default"
            autoFocus={action.isSuccess}
            onClick={onClose}
          >
            {action.isSuccess ? 'Close' : 'Cancel'}
          </Button>
          {!action.isSuccess && (
            <Button type="submit" color={isDangerous ? 'red' : 'indigo'} loading={action.isPending}>
              {title}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
