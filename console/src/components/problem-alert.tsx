import { Alert } from '@mantine/core';
import { ProblemError } from '@genesys-guest-sessions/client';
import type { ReactElement } from 'react';
import { API_PREFIX } from '../api/service-client';
import { CopyableId } from './copyable-id';

interface ProblemAlertProps {
  readonly error: unknown;
  /** The action or view that failed, such as `The sessions were not read`. */
  readonly title: string;
}

/** A failure: for a problem of the service its title, detail, code and request id; otherwise one line with the message. */
export function ProblemAlert({ error, title }: ProblemAlertProps): ReactElement {
  if (!(error instanceof ProblemError))
    return (
      <p role="alert" className="failure">
        <strong>{title}.</strong> {messageOf(error)}
      </p>
    );
  return (
    <Alert color="red" variant="outline" role="alert" title={title} className="problem">
      <Problem error={error} />
    </Alert>
  );
}

function Problem({ error }: { readonly error: ProblemError }): ReactElement {
  const { title, detail, scope } = error.problem;
  return (
    <>
      <p>
        <strong>{title}</strong>
        {detail !== undefined && ` — ${detail}`}
        {scope !== undefined && ` The missing scope is ${scope}.`}
      </p>
      {error.errors.length > 0 && (
        <ul>
          {error.errors.map(({ pointer, detail: rule }) => (
            <li key={pointer + rule}>
              <code>{pointer}</code>: {rule}
            </li>
          ))}
        </ul>
      )}
      <p className="muted">
        <a href={`${API_PREFIX}/problems/${encodeURIComponent(error.code)}`} target="_blank" rel="noreferrer">
          {error.code}
        </a>
        {error.requestId !== '' && (
          <>
            {' · request '}
            <CopyableId id={error.requestId} label="request id" />
          </>
        )}
      </p>
    </>
  );
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Unknown failure';
  const { cause } = error;
  if (cause instanceof TypeError)
    return `${error.message}: the service is stopped, or the network is interrupted.`;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}
