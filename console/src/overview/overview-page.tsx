import { type ReactElement, useState } from 'react';
import { MissingScope } from '../components/missing-scope';
import { PageHeader } from '../components/page-header';
import { useScope } from '../login/console-session-context';
import { ReceiverHealth } from './receiver-health';
import { ReplicaPanel } from './replica-panel';
import { type Span, SpanChoice } from './span-choice';
import { StatisticsView } from './statistics-view';

/** The state of the service at a glance: sessions, failures, heartbeats, budgets, receivers and replicas. */
export function OverviewPage(): ReactElement {
  const [span, setSpan] = useState<Span>('hour');
  const hasStatistics = useScope('statistics.read');
  return (
    <>
      <PageHeader title="Overview">
        <SpanChoice span={span} onChange={setSpan} />
      </PageHeader>
      {hasStatistics ? <StatisticsView span={span} /> : <MissingScope scope="statistics.read" />}
      <div className="columns">
        <ReceiverHealth />
        {hasStatistics && <ReplicaPanel />}
      </div>
    </>
  );
}
