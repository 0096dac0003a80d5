import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import type { Message } from '../api/schemas';
import { api } from '../api/service-client';
import { EmptyState } from '../components/empty-state';
import { Freshness } from '../components/freshness';
import { MissingScope } from '../components/missing-scope';
import { Panel } from '../components/panel';
import { QueryView } from '../components/query-view';
import { Timestamp } from '../components/timestamp';
import { useScope } from '../login/console-session-context';
import { messageText } from './message-text';

interface TranscriptProps {
  readonly conversationId: string;
  readonly isLive: boolean;
}

/** The messages of a session. They are read on request only, and every read is recorded in the audit trail. */
export function Transcript({ conversationId, isLive }: TranscriptProps): ReactElement {
  const isPermitted = useScope('messages.read');
  const [isAsked, setAsked] = useState(false);
  if (isPermitted && isAsked) return <Messages conversationId={conversationId} isLive={isLive} />;
  return (
    <Panel title="Transcript">
      {isPermitted ? (
        <div className="stack">
          <p>The audit trail records that you have read the messages.</p>
          <div>
            <Button size="xs" variant="default" onClick={() => setAsked(true)}>
              Read transcript
            </Button>
          </div>
        </div>
      ) : (
        <MissingScope scope="messages.read" />
      )}
    </Panel>
  );
}

function Messages({ conversationId, isLive }: TranscriptProps): ReactElement {
  const query = useInfiniteQuery({
    queryKey: ['transcript', conversationId],
    queryFn: async ({ signal, pageParam }) => {
      const cursor = pageParam === '' ? {} : { cursor: pageParam };
      const params = { path: { conversationId }, query: { limit: 100, ...cursor } };
      return (await api.GET('/v1/sessions/{conversationId}/messages', { params, signal })).data;
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: Infinity,
  });
  return (
    <Panel title="Transcript" side={<Freshness query={query} rhythm="on request" />}>
      <QueryView query={query} subject="messages">
        {({ pages }) => <MessageList messages={pages.flatMap(({ items }) => items)} isLive={isLive} />}
      </QueryView>
      {query.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Read later messages
        </Button>
      )}
    </Panel>
  );
}

interface MessageListProps {
  readonly messages: readonly Message[];
  readonly isLive: boolean;
}

function MessageList({ messages, isLive }: MessageListProps): ReactElement {
  if (messages.length === 0)
    return (
      <EmptyState title="There are no messages">
        {isLive
          ? 'Refresh once the guest or the agent has written. Not every channel carries messages through this service.'
          : 'The session has ended without any that this service carried.'}
      </EmptyState>
    );
  return (
    <ol className="messages" aria-label="Messages">
      {messages.map((message) => (
        <li key={message.id} className={`message message-${message.direction}`}>
          <div className="message-head">
            {message.direction === 'inbound'
              ? 'Guest'
              : (message.from?.nickname ?? message.originatingEntity ?? 'Agent')}
            {' · '}
            <Timestamp at={message.sentAt} />
          </div>
          {messageText(message)}
        </li>
      ))}
    </ol>
  );
}
