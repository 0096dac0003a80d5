import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { api } from '../api/service-client';
import { EmptyState } from '../components/empty-state';
import { type FilterField, FilterForm } from '../components/filter-form';
import { Freshness } from '../components/freshness';
import { MissingScope } from '../components/missing-scope';
import { useRefreshInterval } from '../components/open-dialogs';
import { PageHeader } from '../components/page-header';
import { Pager } from '../components/pager';
import { Panel } from '../components/panel';
import { QueryView } from '../components/query-view';
import { useCursor } from '../components/use-cursor';
import { useScope } from '../login/console-session-context';
import type { PageProps } from '../router/page-props';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, auditFiltersOf } from './audit-query';
import { AuditTable } from './audit-table';
import { ChainCheck } from './chain-check';
import { ExportLink } from './export-link';

const FIELDS: readonly FilterField[] = [
  { name: 'actor', label: 'Actor' },
  { name: 'action', label: 'Action', options: AUDIT_ACTIONS },
  { name: 'outcome', label: 'Outcome', options: AUDIT_OUTCOMES },
  { name: 'conversationId', label: 'Conversation id' },
  { name: 'target', label: 'Target' },
  { name: 'from', label: 'From', type: 'datetime-local' },
  { name: 'to', label: 'Before', type: 'datetime-local' },
];

/** The audit trail, the newest record first, with its export and verification. */
export function AuditPage({ route }: PageProps): ReactElement {
  const enabled = useScope('audit.read');
  return (
    <>
      <PageHeader title="Audit">{enabled && <ExportLink />}</PageHeader>
      {enabled && <ChainCheck />}
      {enabled ? (
        <AuditRecords query={route.query} />
      ) : (
        <Panel title="Audit records">
          <MissingScope scope="audit.read" />
        </Panel>
      )}
    </>
  );
}

function AuditRecords({
  query: address,
}: {
  readonly query: Readonly<Record<string, string>>;
}): ReactElement {
  const filters = auditFiltersOf(address);
  const paging = useCursor(JSON.stringify(filters));
  const { cursor } = paging;
  const query = useQuery({
    queryKey: ['audit', filters, cursor],
    queryFn: async ({ signal }) => {
      const page = { ...filters, limit: 50, ...(cursor === undefined ? {} : { cursor }) };
      return (await api.GET('/v1/audit', { params: { query: page }, signal })).data;
    },
    refetchInterval: useRefreshInterval(15_000),
    placeholderData: keepPreviousData,
  });
  return (
    <Panel title="Audit records" side={<Freshness query={query} rhythm="every 15 s" />}>
      <FilterForm page="audit" fields={FIELDS} values={address} />
      <QueryView query={query} subject="audit records">
        {({ items, nextCursor }) => (
          <>
            {items.length === 0 ? (
              <EmptyState title="No audit record has these properties">
                Clear a filter, or widen the span.
              </EmptyState>
            ) : (
              <AuditTable records={items} />
            )}
            <Pager label="audit records" paging={paging} nextCursor={nextCursor} />
          </>
        )}
      </QueryView>
    </Panel>
  );
}
