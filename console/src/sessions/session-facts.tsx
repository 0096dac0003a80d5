import type { ReactElement, ReactNode } from 'react';
import type { Session } from '../api/schemas';
import { CopyableId } from '../components/copyable-id';
import { Facts } from '../components/facts';
import { StatusBadge } from '../components/status-badge';
import { Timestamp } from '../components/timestamp';
import { durationText } from '../format/age';
import { endReasonMeaning } from '../format/end-reason';
import { wordsOf } from '../format/figures';

/** The properties of a session; those that it does not have are left out. */
export function SessionFacts({ session }: { readonly session: Session }): ReactElement {
  const { genesysConversationId, caller, guestRef, name } = session;
  return (
    <Facts
      facts={{
        Guest: name === '' ? <span className="muted">hidden or erased</span> : name,
        'Guest reference': guestRef && <CopyableId id={guestRef} label="guest reference" />,
        'Opened by': caller ?? <span className="muted">anonymous</span>,
        Queue: session.queueId,
        Channel: session.channel,
        Locale: session.locale,
        'Genesys conversation': genesysConversationId && (
          <CopyableId id={genesysConversationId} label="Genesys conversation id" />
        ),
        Started: <Timestamp at={session.startedAt} />,
        Expires: session.endedAt === undefined ? <Timestamp at={session.expiresAt} /> : undefined,
        ...endFactsOf(session),
        ...heartbeatFactsOf(session),
        'Served by': session.assignment && wordsOf(session.assignment.state),
        'Logged in': session.authenticated ? 'yes' : 'no',
        'Detection of an end by the agent': session.endDetection && wordsOf(session.endDetection),
        'Wrap-up': session.wrapUp?.code,
        Version: session.version,
      }}
    />
  );
}

function endFactsOf(session: Session): Record<string, ReactNode> {
  const { endedAt, endReason, endCause, endedBy, disconnect } = session;
  return {
    Ended: endedAt && <Timestamp at={endedAt} />,
    'End reason': endReason && <EndReason reason={endReason} />,
    'End cause': endCause && <code>{endCause}</code>,
    'Ended by': endedBy,
    'Disconnect in Genesys Cloud': disconnect && <StatusBadge status={disconnect} />,
  };
}

function EndReason({ reason }: { readonly reason: string }): ReactElement {
  const meaning = endReasonMeaning(reason);
  return (
    <>
      {wordsOf(reason)}
      {meaning !== undefined && <span className="muted">: {meaning}</span>}
    </>
  );
}

function heartbeatFactsOf({ heartbeat, endedAt }: Session): Record<string, ReactNode> {
  if (endedAt !== undefined) return {};
  return {
    Heartbeat: (
      <>
        <StatusBadge status={heartbeat.consecutiveFailures === 0 ? 'healthy' : 'failing'} /> every{' '}
        {durationText(heartbeat.intervalMs)}
      </>
    ),
    'Last heartbeat': <Timestamp at={heartbeat.lastSuccessAt} />,
    'Heartbeat failures': `${heartbeat.consecutiveFailures} consecutive`,
  };
}
