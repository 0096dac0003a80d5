import type { ReactElement } from 'react';
import type { Sink } from '../api/schemas';
import { api } from '../api/service-client';
import { AttemptNote } from '../components/attempt-note';
import { ConfirmAction } from '../components/confirm-action';

/** Pause or resume, and test. */
export function ReceiverActions({ sink }: { readonly sink: Sink }): ReactElement {
  const { name, condition } = sink;
  const params = { path: { name } };
  const audit = { target: name };
  return (
    <div className="actions">
      {condition === 'paused' ? (
        <ConfirmAction
          label="Resume receiver"
          scope="deliveries.operate"
          question={<p>{name} gets its events again, the waiting ones first.</p>}
          audit={audit}
          run={() => api.POST('/v1/sinks/{name}/resume', { params })}
        />
      ) : (
        <ConfirmAction
          label="Pause receiver"
          scope="deliveries.operate"
          question={
            <p>The events of {name} are kept until it is resumed. Attempts in flight are finished.</p>
          }
          audit={audit}
          run={() => api.POST('/v1/sinks/{name}/pause', { params })}
        />
      )}
      <ConfirmAction
        label="Test receiver"
        scope="deliveries.operate"
        question={
          <p>
            {name} gets one event of type <code>session.test</code>, beside the queue.
          </p>
        }
        audit={audit}
        run={async () => {
          const { data, response } = await api.POST('/v1/sinks/{name}/test', { params });
          return { response, note: <AttemptNote attempt={data} /> };
        }}
      />
    </div>
  );
}
