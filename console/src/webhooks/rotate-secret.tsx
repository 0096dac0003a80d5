import { TextInput } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { api } from '../api/service-client';
import { ConfirmAction } from '../components/confirm-action';
import { SecretNote } from './secret-note';

const DEFAULT_OVERLAP_HOURS = 24;
const MAX_OVERLAP_HOURS = 168;

/** Generates another secret, which is shown once. */
export function RotateSecret({ webhookId }: { readonly webhookId: string }): ReactElement {
  const [hours, setHours] = useState(DEFAULT_OVERLAP_HOURS);
  return (
    <ConfirmAction
      label="Rotate secret"
      scope="webhooks.manage"
      isDangerous
      question={
        <>
          <p>Another secret signs from now on. Both sign until the overlap is over.</p>
          <TextInput
            size="xs"
            type="number"
            label="Overlap in hours"
            min={0}
            max={MAX_OVERLAP_HOURS}
            required
            value={hours}
            onChange={({ currentTarget }) => setHours(Number(currentTarget.value))}
          />
        </>
      }
      audit={{ target: webhookId }}
      run={async () => {
        const body = { overlapSeconds: Math.round(hours * 3_600) };
        const params = { path: { webhookId } };
        const { data, response } = await api.POST('/v1/webhooks/{webhookId}/rotate-secret', { params, body });
        return { response, note: <SecretNote secret={data.secret} /> };
      }}
    />
  );
}
