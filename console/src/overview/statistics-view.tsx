import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactElement, useMemo } from 'react';
import type { Statistics } from '../api/schemas';
import { api } from '../api/service-client';
import { EmptyState } from '../components/empty-state';
import { Freshness } from '../components/freshness';
import { useRefreshInterval } from '../components/open-dialogs';
import { Panel } from '../components/panel';
import { QueryView } from '../components/query-view';
import { Timestamp } from '../components/timestamp';
import { durationText } from '../format/age';
import { countText } from '../format/figures';
import { ChartPanel } from './chart-panel';
import { CountsPanel } from './counts-panel';
import { budgetChart, deliveriesChart, latenessChart, sessionsChart } from './series';
import { SPANS, type Span } from './span-choice';
import { StatisticsFigures } from './statistics-figures';
import { summaryOf, type StatisticsSummary } from './statistics-summary';

/** The statistics of a span that ends now. */
export function StatisticsView({ span }: { readonly span: Span }): ReactElement {
  const { ms, refreshMs, rhythm } = SPANS[span];
  const query = useQuery({
    queryKey: ['statistics', span],
    queryFn: async ({ signal }) => {
      const to = new Date();
      const from = new Date(to.getTime() - ms);
      const params = { query: { from: from.toISOString(), to: to.toISOString() } };
      return (await api.GET('/v1/statistics', { params, signal })).data;
    },
    refetchInterval: useRefreshInterval(refreshMs),
    placeholderData: keepPreviousData,
  });
  return (
    <section aria-label="Statistics">
      <p>
        <Freshness query={query} rhythm={rhythm} />
      </p>
      <QueryView query={query} subject="statistics">
        {(statistics) => <StatisticsPanels statistics={statistics} />}
      </QueryView>
    </section>
  );
}

function percentOf(value: number): string {
  return `${Math.round(value)} %`;
}

function StatisticsPanels({ statistics }: { readonly statistics: Statistics }): ReactElement {
  const summary = useMemo(() => summaryOf(statistics), [statistics]);
  return (
    <>
      <StatisticsFigures summary={summary} />
      {summary.opened === undefined ? (
        <Panel title="Charts">
          <EmptyState title="No figures in this span">
            The figures of a minute are shown once it is over: the first ones follow soon.
          </EmptyState>
        </Panel>
      ) : (
        <Charts statistics={statistics} summary={summary} />
      )}
    </>
  );
}

interface ChartsProps {
  readonly statistics: Statistics;
  readonly summary: StatisticsSummary;
}

function Charts({ statistics, summary }: ChartsProps): ReactElement {
  const charts = useMemo(
    () => ({
      sessions: sessionsChart(statistics),
      lateness: latenessChart(statistics),
      budget: budgetChart(statistics),
      deliveries: deliveriesChart(statistics),
    }),
    [statistics],
  );
  return (
    <>
      <p className="muted">
        Counted in steps of {durationText(statistics.step * 1_000)}; the last complete one ended at{' '}
        <Timestamp at={statistics.writtenUntil} />.
      </p>
      <div className="columns">
        <ChartPanel title="Sessions" chart={charts.sessions} format={countText} />
        <ChartPanel title="Lateness of heartbeats" chart={charts.lateness} format={durationText} />
        <ChartPanel title="Used budget per OAuth client" chart={charts.budget} format={percentOf} />
        <ChartPanel title="Delay of deliveries" chart={charts.deliveries} format={durationText} />
        <CountsPanel
          title="Ends by reason"
          heading="Reason"
          counts={summary.endedByReason}
          side={<a href="#/sessions?state=disconnected">Show disconnected</a>}
        />
        <CountsPanel title="Failed openings by code" heading="Code" counts={summary.failedByCode} />
      </div>
    </>
  );
}
