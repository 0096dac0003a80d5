import { type ReactElement, useState } from 'react';
import type { Webhook } from '../api/schemas';
import { api } from '../api/service-client';
import { ConfirmAction } from '../components/confirm-action';
import { WebhookFields } from './webhook-fields';
import { changesOf, knownTypesOf, type WebhookForm } from './webhook-types';

/** Changes a webhook. The fields begin with the properties at the time of the first change. */
export function EditWebhook({ webhook }: { readonly webhook: Webhook }): ReactElement {
  const before: WebhookForm = { ...webhook, types: knownTypesOf(webhook.types) };
  const [edited, setEdited] = useState<WebhookForm>();
  return (
    <ConfirmAction
      label="Edit webhook"
      scope="webhooks.manage"
      question={
        <>
          <p>
            With another URL the webhook is unverified, and its events wait until a test event is accepted.
          </p>
          <WebhookFields form={edited ?? before} onChange={setEdited} />
        </>
      }
      audit={{ target: webhook.id }}
      run={() => {
        const { types, ...changes } = changesOf(before, edited ?? before);
        const body = { ...changes, ...(types === undefined ? {} : { types: [...types] }) };
        return api.PATCH('/v1/webhooks/{webhookId}', { params: { path: { webhookId: webhook.id } }, body });
      }}
      onClosed={() => setEdited(undefined)}
    />
  );
}
