import { useQuery } from '@tanstack/react-query';

import type { ReactElement } from 'react';
import type { AuditRecord } from '../api/schemas';
import { api } from '../api/service-client';
import { wordsOf } from '../format/figures';
import { useScope } from '../login/console-session-context';
import { CopyableId } from './copyable-id';
import { MissingScope } from './missing-scope';
import { ProblemAlert } from './problem-alert';
import { StatusBadge } from './status-badge';
import { Timestamp } from './timestamp';

/** Filters of the trail that select the record of an action. */
export interface AuditSelection {
  readonly target?: string;
  readonly conversationId?: string;
  readonly action?: AuditRecord['action'];
}

/** Some actions write their record with their effect, which may follow the answer. */
const ATTEMPTS = 5;
const PAUSE_MS = 1_000;
/** A replay of many events writes a record for each batch. */
const MAX_SHOWN = 3;

interface AuditReceiptProps {
  readonly selection: AuditSelection;
  /** The answer to the action. */
  readonly response: Response;
}

/** The first audit records of an action of the console, found by the id of its request. */
export function AuditReceipt({ selection, response }: AuditReceiptProps): ReactElement {
  const requestId = response.headers.get('x-request-id') ?? '';
  const isPermitted = useScope('audit.read');
  const query = useQuery({
    queryKey: ['audit-receipt', requestId],
    queryFn: async ({ signal }) => {
      const params = { query: { ...selection, limit: 50 } };
      const { data } = await api.GET('/v1/audit', { params, signal });
      return data.items.filter((record) => record.requestId === requestId).reverse();
    },
    enabled: isPermitted,
    refetchInterval: ({ state }) =>
      state.data?.length === 0 && state.dataUpdateCount < ATTEMPTS ? PAUSE_MS : false,
  });
  if (!isPermitted) return <MissingScope scope="audit.read" />;
  if (query.isError) return <ProblemAlert error={query.error} title="The audit record was not read" />;
  if (query.data === undefined) return <p>Reading the audit record …</p>;
  if (query.data.length === 0) return <p>No audit record names the request {requestId} yet.</p>;
  return (
    <>
      {query.data.slice(0, MAX_SHOWN).map((record) => (
        <Receipt key={`${record.chain}-${record.seq}`} record={record} />
      ))}
    </>
  );
}

function Receipt({ record }: { readonly record: AuditRecord }): ReactElement {
  return (
    <section aria-label={`Audit record ${record.chain}-${record.seq}`} className="receipt">
      <p>
        Audit record {record.chain}/{record.seq}: {wordsOf(record.action)} by {record.actor.name}{' '}
        <StatusBadge status={record.outcome} />
      </p>
      <p className="muted">
        <Timestamp at={record.at} />
        {record.requestId !== null && (
          <>
            {' · request '}
            <CopyableId id={record.requestId} label="request id" isShort />
          </>
        )}
      </p>
    </section>
  );
}
