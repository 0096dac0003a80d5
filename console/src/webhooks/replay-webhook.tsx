import { type ReactElement, useState } from 'react';
import { api } from '../api/service-client';
import { ConfirmAction } from '../components/confirm-action';
import { EMPTY_SPAN, replayBodyOf } from '../components/replay-body';
import { ReplayFields } from '../components/replay-fields';
import { countedText } from '../format/figures';

/** The replay of a conversation's events or of a span of time to one webhook. */
export function ReplayWebhook({ webhookId }: { readonly webhookId: string }): ReactElement {
  const [span, setSpan] = useState(EMPTY_SPAN);
  return (
    <ConfirmAction
      label="Replay events"
      scope="webhooks.manage"
      question={
        <>
          <p>The events are delivered again, under the same ids and in order.</p>
          <ReplayFields span={span} onChange={setSpan} />
        </>
      }
      audit={{ target: webhookId }}
      run={async () => {
        const init = { params: { path: { webhookId } }, body: replayBodyOf(span) };
        const { data, response } = await api.POST('/v1/webhooks/{webhookId}/replay', init);
        return { response, note: <p>{countedText(data.replayed, 'event')} queued again.</p> };
      }}
    />
  );
}
