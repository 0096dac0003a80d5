import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { Session } from '../api/schemas';
import { api } from '../api/service-client';
import { ConfirmAction } from '../components/confirm-action';
import { CopyableId } from '../components/copyable-id';
import { Freshness } from '../components/freshness';
import { MissingScope } from '../components/missing-scope';
import { useRefreshInterval } from '../components/open-dialogs';
import { PageHeader } from '../components/page-header';
import { Panel } from '../components/panel';
import { QueryView } from '../components/query-view';
import { StatusBadge } from '../components/status-badge';
import { useScope } from '../login/console-session-context';
import { hrefOf } from '../router/route';
import { SessionFacts } from './session-facts';
import { SessionTimeline } from './session-timeline';
import { Transcript } from './transcript';

const LIVE_MS = 2_000;
const ENDED_MS = 15_000;
const LIVE_STATES = ['connecting', 'active', 'terminating'];

/** One session: its facts, its timeline and, on request, its transcript. */
export function SessionPage({ id }: { readonly id: string }): ReactElement {
  const isPermitted = useScope('sessions.read');
  const isPaused = useRefreshInterval(LIVE_MS) === false;
  const query = useQuery({
    queryKey: ['session', id],
    queryFn: async ({ signal }): Promise<Session> => {
      const params = { path: { conversationId: id } };
      return (await api.GET('/v1/sessions/{conversationId}', { params, signal })).data;
    },
    refetchInterval: ({ state }) => !isPaused && (isLive(state.data) ? LIVE_MS : ENDED_MS),
    enabled: isPermitted,
  });
  return (
    <>
      <PageHeader title={titleOf(query.data)} parent={{ title: 'Sessions', href: hrefOf('sessions') }}>
        {isPermitted && (
          <Freshness query={query} rhythm={isLive(query.data) ? 'every 2 s while live' : 'every 15 s'} />
        )}
      </PageHeader>
      {!isPermitted && <MissingScope scope="sessions.read" />}
      {isPermitted && (
        <QueryView query={query} subject="the session">
          {(session) => (
            <>
              <Panel title="Facts" side={<SessionActions session={session} />}>
                <SessionFacts session={session} />
              </Panel>
              <SessionTimeline session={session} isLive={isLive(session)} />
              <Transcript conversationId={id} isLive={isLive(session)} />
            </>
          )}
        </QueryView>
      )}
    </>
  );
}

function titleOf(session: Session | undefined): string {
  return session === undefined || session.name === '' ? 'Session' : `Session of ${session.name}`;
}

function isLive(session: Session | undefined): boolean {
  return session !== undefined && LIVE_STATES.includes(session.state);
}

function SessionActions({ session }: { readonly session: Session }): ReactElement {
  const { conversationId, state, name } = session;
  return (
    <>
      <CopyableId id={conversationId} label="conversation id" />
      <StatusBadge status={state} />
      {isLive(session) && (
        <ConfirmAction
          label="End session"
          scope="sessions.end"
          isDangerous
          isDisabled={state === 'terminating'}
          question={
            <p>
              The conversation <code>{conversationId}</code> {name !== '' && `with ${name} `}ends for the
              guest and the agent. It cannot be opened again.
            </p>
          }
          audit={{ conversationId }}
          run={() => api.DELETE('/v1/sessions/{conversationId}', { params: { path: { conversationId } } })}
        />
      )}
    </>
  );
}
