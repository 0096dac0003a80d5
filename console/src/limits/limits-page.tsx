import type { ReactElement } from 'react';
import type { Limits } from '../api/schemas';
import { type Column, DataTable } from '../components/data-table';
import { EmptyState } from '../components/empty-state';
import { Figure } from '../components/figure';
import { Freshness } from '../components/freshness';
import { MissingScope } from '../components/missing-scope';
import { PageHeader } from '../components/page-header';
import { Panel } from '../components/panel';
import { QueryView } from '../components/query-view';
import { durationText } from '../format/age';
import { countText, percentText } from '../format/figures';
import { useScope } from '../login/console-session-context';
import { useLimits } from './use-limits';

type ClientLimits = Limits['clients'][number];

const COLUMNS: readonly Column<ClientLimits>[] = [
  { title: 'OAuth client', cell: ({ id }) => <code>{id}</code> },
  {
    title: 'Requests in the window',
    cell: ({ budget }) => `${countText(budget.used)} of ${countText(budget.allowed)}`,
    isNumber: true,
  },
  { title: 'Used', cell: ({ budget }) => <Used share={budget.used / budget.allowed} /> },
  {
    title: 'Window ends',
    cell: ({ budget }) => `in ${durationText(budget.resetSeconds * 1_000)}`,
    isSecondary: true,
  },
  {
    title: 'Closed after a 429',
    cell: ({ budget }) =>
      budget.closedSeconds === 0 ? 'no' : `for ${durationText(budget.closedSeconds * 1_000)}`,
  },
  { title: 'Sessions', cell: ({ live, cap }) => `${countText(live)} of ${countText(cap)}`, isNumber: true },
  {
    title: 'Heartbeat',
    cell: ({ heartbeatIntervalMs }) => `every ${durationText(heartbeatIntervalMs)}`,
    isSecondary: true,
  },
];

/** The limits on sessions, and the use of the OAuth clients' budgets. */
export function LimitsPage(): ReactElement {
  const enabled = useScope('sessions.read');
  const query = useLimits();
  return (
    <>
      <PageHeader title="Limits">{enabled && <Freshness query={query} rhythm="every 15 s" />}</PageHeader>
      {!enabled && <MissingScope scope="sessions.read" />}
      {enabled && (
        <QueryView query={query} subject="limits">
          {(limits) => <LimitsView limits={limits} />}
        </QueryView>
      )}
    </>
  );
}

function LimitsView({ limits: { sessions, caller, clients } }: { readonly limits: Limits }): ReactElement {
  return (
    <>
      <dl className="figures">
        <Figure
          label="Live sessions"
          value={countText(sessions.live)}
          note={`cap ${countText(sessions.cap)}`}
        />
        <Figure label="Room for" value={countText(sessions.more)} note="further sessions" />
        <Figure
          label="Live sessions of this caller"
          value={countText(caller.live)}
          note={`cap ${countText(caller.cap)}`}
        />
        <Figure
          label="Share of this caller"
          value={countText(caller.onClients)}
          note="sessions at most that use OAuth clients"
        />
      </dl>
      <Panel title="OAuth clients">
        {clients.length === 0 ? (
          <EmptyState title="There are no OAuth clients">The channels in use need none.</EmptyState>
        ) : (
          <DataTable caption="OAuth clients" columns={COLUMNS} rows={clients} keyOf={({ id }) => id} />
        )}
      </Panel>
    </>
  );
}

function Used({ share }: { readonly share: number }): ReactElement {
  return (
    <span className="nowrap">
      <meter
        className="meter"
        min={0}
        max={1}
        high={0.8}
        value={Number.isFinite(share) ? share : 0}
        aria-label="Used share"
      />
      {percentText(share)}
    </span>
  );
}
