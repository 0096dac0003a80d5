import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { useConsoleSession } from '../login/console-session-context';
import { WEBHOOK_TYPES, type WebhookEventType, type WebhookForm } from './webhook-types';

interface WebhookFieldsProps {
  readonly form: WebhookForm;
  readonly onChange: (form: WebhookForm) => void;
}

/** The fields of a webhook. */
export function WebhookFields({ form, onChange }: WebhookFieldsProps): ReactElement {
  const { scopes } = useConsoleSession();
  return (
    <>
      <TextInput
        size="xs"
        label="URL"
        description="https, at an address of the public internet"
        type="url"
        required
        maxLength={2048}
        value={form.url}
        onChange={({ currentTarget: { value } }) => onChange({ ...form, url: value })}
      />
      <TextInput
        size="xs"
        label="Description"
        maxLength={256}
        value={form.description}
        onChange={({ currentTarget: { value } }) => onChange({ ...form, description: value })}
      />
      <NativeSelect
        size="xs"
        label="Sessions"
        description="Those of all callers need the scope sessions.any."
        data={[
          { value: 'own', label: 'Of this caller' },
          { value: 'all', label: 'Of all callers', disabled: !scopes.includes('sessions.any') },
        ]}
        value={form.sessions}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...form, sessions: value === 'all' ? 'all' : 'own' })
        }
      />
      <TypeChoice chosen={form.types} onChange={(types) => onChange({ ...form, types })} />
    </>
  );
}

interface TypeChoiceProps {
  readonly chosen: readonly WebhookEventType[];
  readonly onChange: (types: readonly WebhookEventType[]) => void;
}

function TypeChoice({ chosen, onChange }: TypeChoiceProps): ReactElement {
  const { scopes } = useConsoleSession();
  const readsMessages = scopes.includes('messages.read');
  return (
    <fieldset className="checks">
      <legend>Event types</legend>
      {WEBHOOK_TYPES.map((type) => (
        <Checkbox
          key={type}
          size="xs"
          label={type}
          className={type.endsWith('*') ? 'checks-all' : undefined}
          disabled={type.startsWith('message.') && !readsMessages}
          checked={chosen.includes(type)}
          onChange={({ currentTarget: { checked } }) =>
            onChange(WEBHOOK_TYPES.filter((known) => (known === type ? checked : chosen.includes(known))))
          }
        />
      ))}
    </fieldset>
  );
}
