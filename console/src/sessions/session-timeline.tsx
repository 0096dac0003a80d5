import { type ReactElement, useMemo } from 'react';
import type { Session } from '../api/schemas';
import { Freshness } from '../components/freshness';
import { MissingScope } from '../components/missing-scope';
import { useRefreshInterval } from '../components/open-dialogs';
import { Panel } from '../components/panel';
import { ProblemAlert } from '../components/problem-alert';
import { Timestamp } from '../components/timestamp';
import { useScope } from '../login/console-session-context';
import { type TimelineEntry, timelineOf } from './timeline';
import { useSessionDeliveries, useSessionRecords } from './use-session-history';

interface SessionTimelineProps {
  readonly session: Session;
  readonly isLive: boolean;
}

/** All that is known of a session, by time, from each source that the caller may read. */
export function SessionTimeline({ session, isLive }: SessionTimelineProps): ReactElement {
  const interval = useRefreshInterval(isLive ? 4_000 : 15_000);
  const audit = useSessionRecords(session.conversationId, interval);
  const deliveries = useSessionDeliveries(session.conversationId, interval);
  const hasAudit = useScope('audit.read');
  const hasDeliveries = useScope('deliveries.read');
  const entries = useMemo(
    () =>
      timelineOf({
        session,
        ...(audit.data === undefined ? {} : { records: audit.data }),
        ...(deliveries.data === undefined ? {} : { deliveries: deliveries.data }),
      }),
    [session, audit.data, deliveries.data],
  );
  return (
    <Panel
      title="Timeline"
      side={
        <>
          {hasAudit && <Freshness query={audit} rhythm="audit records" />}
          {hasDeliveries && <Freshness query={deliveries} rhythm="deliveries" />}
        </>
      }
    >
      <div className="stack">
        {!hasAudit && <MissingScope scope="audit.read" />}
        {!hasDeliveries && <MissingScope scope="deliveries.read" />}
        {audit.isError && <ProblemAlert error={audit.error} title="Reading failed: audit records" />}
        {deliveries.isError && <ProblemAlert error={deliveries.error} title="Reading failed: deliveries" />}
        <ol className="timeline" aria-label="Timeline of the session">
          {entries.map((entry) => (
            <Entry key={entry.key} entry={entry} />
          ))}
        </ol>
      </div>
    </Panel>
  );
}

function Entry({ entry }: { readonly entry: TimelineEntry }): ReactElement {
  return (
    <li className={`tone-${entry.tone}`}>
      <Timestamp at={entry.at} />
      <div>
        {entry.href === undefined ? (
          <span className="timeline-title">{entry.title}</span>
        ) : (
          <a className="timeline-title" href={entry.href}>
            {entry.title}
          </a>
        )}
        {entry.actor !== undefined && <span> by {entry.actor}</span>}
        {entry.detail !== undefined && <div className="muted">{entry.detail}</div>}
      </div>
    </li>
  );
}
