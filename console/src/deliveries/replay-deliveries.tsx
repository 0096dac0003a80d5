import { TextInput } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { api } from '../api/service-client';
import { ConfirmAction } from '../components/confirm-action';
import { EMPTY_SPAN, replayBodyOf } from '../components/replay-body';
import { ReplayFields } from '../components/replay-fields';
import { countedText } from '../format/figures';

/** The replay of events of a conversation or of a span of time, to one receiver or all. */
export function ReplayDeliveries(): ReactElement {
  const [span, setSpan] = useState(EMPTY_SPAN);
  const [sink, setSink] = useState('');
  const name = sink.trim();
  return (
    <ConfirmAction
      label="Replay deliveries"
      scope="deliveries.operate"
      question={
        <>
          <p>
            The events are delivered again, under the same ids and in order. Receivers that are not idempotent
            see duplicates.
          </p>
          <TextInput
            size="xs"
            label="Receiver"
            description="Leave empty for all receivers."
            value={sink}
            onChange={({ currentTarget }) => setSink(currentTarget.value)}
          />
          <ReplayFields span={span} onChange={setSpan} />
        </>
      }
      audit={{ action: 'DELIVERIES_REPLAYED' }}
      run={async () => {
        const body = { ...replayBodyOf(span), ...(name === '' ? {} : { sink: name }) };
        const { data, response } = await api.POST('/v1/deliveries/replay', { body });
        return {
          response,
          note: <p>{countedText(data.replayed, 'delivery', 'deliveries')} queued again.</p>,
        };
      }}
    />
  );
}
