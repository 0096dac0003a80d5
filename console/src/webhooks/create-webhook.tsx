import { type ReactElement, useState } from 'react';
import { api } from '../api/service-client';
import { ConfirmAction } from '../components/confirm-action';
import { SecretNote } from './secret-note';
import { WebhookFields } from './webhook-fields';
import { EMPTY_WEBHOOK } from './webhook-types';

/** Registers a webhook, and shows its secret once. */
export function CreateWebhook(): ReactElement {
  const [form, setForm] = useState(EMPTY_WEBHOOK);
  return (
    <ConfirmAction
      label="Create webhook"
      scope="webhooks.manage"
      question={
        <>
          <p>The webhook gets events once its receiver has accepted a test event.</p>
          <WebhookFields form={form} onChange={setForm} />
        </>
      }
      audit={{ action: 'WEBHOOK_CREATED' }}
      run={async () => {
        const body = { ...form, url: form.url.trim(), types: [...form.types] };
        const { data, response } = await api.POST('/v1/webhooks', { body });
        return { response, note: <SecretNote secret={data.secret} /> };
      }}
      onClosed={() => setForm(EMPTY_WEBHOOK)}
    />
  );
}
