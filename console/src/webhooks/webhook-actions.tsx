import type { ReactElement } from 'react';
import type { Webhook } from '../api/schemas';
import { api } from '../api/service-client';
import { AttemptNote } from '../components/attempt-note';
import { ConfirmAction } from '../components/confirm-action';
import { hrefOf } from '../router/route';
import { navigate } from '../router/use-route';
import { EditWebhook } from './edit-webhook';
import { ReplayWebhook } from './replay-webhook';
import { RotateSecret } from './rotate-secret';

interface WebhookActionsProps {
  readonly webhook: Webhook;
}

/** Everything that can be done with a webhook. */
export function WebhookActions({ webhook }: WebhookActionsProps): ReactElement {
  const { id, url } = webhook;
  const params = { path: { webhookId: id } };
  return (
    <div className="actions">
      <ConfirmAction
        label="Test webhook"
        scope="webhooks.manage"
        question={
          <p>
            {url} gets one event of type <code>webhook.test</code>. The first one that is accepted verifies
            the webhook.
          </p>
        }
        audit={{ target: id }}
        run={async () => {
          const { data, response } = await api.POST('/v1/webhooks/{webhookId}/test', { params });
          return { response, note: <AttemptNote attempt={data} /> };
        }}
      />
      <PauseOrResume webhook={webhook} />
      <EditWebhook webhook={webhook} />
      <RotateSecret webhookId={id} />
      <ReplayWebhook webhookId={id} />
      <ConfirmAction
        label="Delete webhook"
        scope="webhooks.manage"
        isDangerous
        question={
          <p>The webhook of {url} is deleted with all events that wait for it. This cannot be undone.</p>
        }
        audit={{ target: id }}
        run={() => api.DELETE('/v1/webhooks/{webhookId}', { params })}
        onClosed={() => navigate(hrefOf('webhooks'))}
      />
    </div>
  );
}

function PauseOrResume({ webhook: { id, status } }: WebhookActionsProps): ReactElement {
  const params = { path: { webhookId: id } };
  if (status === 'paused' || status === 'disabled')
    return (
      <ConfirmAction
        label="Resume webhook"
        scope="webhooks.manage"
        question={
          <p>
            {status === 'paused'
              ? 'The webhook gets its events again, the waiting ones first.'
              : 'The disabled webhook gets the events from now on.'}
          </p>
        }
        audit={{ target: id }}
        run={() => api.POST('/v1/webhooks/{webhookId}/resume', { params })}
      />
    );
  return (
    <ConfirmAction
      label="Pause webhook"
      scope="webhooks.manage"
      question={
        <p>The events of the webhook are kept until it is resumed. Attempts in flight are finished.</p>
      }
      audit={{ target: id }}
      run={() => api.POST('/v1/webhooks/{webhookId}/pause', { params })}
    />
  );
}
