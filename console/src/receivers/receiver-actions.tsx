import type { ReactElement } from 'react';
import type { Sink } from '../api/schemas';
import { api } from '../api/service-client';
import { AttemptNote } from '../components/attempt-note';
import { ConfirmAction } from '../components/confirm-action';

interface ReceiverActionsProps {
  readonly sink: Sink;
}

/** Pause or resume, and test. */
export function ReceiverActions({ sink }: ReceiverActionsProps): ReactElement {
  const { name } = sink;
  return (
    <div className="actions">
      <PauseOrResume sink={sink} />
      <ConfirmAction
        label="Test receiver"
        scope="deliveries.operate"
        question={
          <p>
            {name} gets one event of type <code>session.test</code>, beside the queue.
          </p>
        }
        audit={{ target: name }}
        run={async () => {
          const { data, response } = await api.POST('/v1/sinks/{name}/test', { params: { path: { name } } });
          return { response, note: <AttemptNote attempt={data} /> };
        }}
      />
    </div>
  );
}

function PauseOrResume({ sink: { name, condition } }: ReceiverActionsProps): ReactElement {
  const params = { path: { name } };
  return condition === 'paused' ? (
    <ConfirmAction
      label="Resume receiver"
      scope="deliveries.operate"
      question={<p>{name} gets its events again, the waiting ones first.</p>}
      audit={{ target: name }}
      run={() => api.POST('/v1/sinks/{name}/resume', { params })}
    />
  ) : (
    <ConfirmAction
      label="Pause receiver"
      scope="deliveries.operate"
      question={<p>The events of {name} are kept until it is resumed. Attempts in flight are finished.</p>}
      audit={{ target: name }}
      run={() => api.POST('/v1/sinks/{name}/pause', { params })}
    />
  );
}
