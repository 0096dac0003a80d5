import { TextInput } from '@mantine/core';
import type { ReactElement } from 'react';

/** The span or conversation that is replayed, as entered; times are local. */
export interface ReplaySpan {
  readonly conversationId: string;
  readonly from: string;
  readonly to: string;
}

interface ReplayFieldsProps {
  readonly span: ReplaySpan;
  readonly onChange: (span: ReplaySpan) => void;
}

/** The fields of a replay. */
export function ReplayFields({ span, onChange }: ReplayFieldsProps): ReactElement {
  return (
    <>
      <TextInput
        size="xs"
        label="Conversation id"
        description="Leave empty for all conversations of the span."
        value={span.conversationId}
        onChange={({ currentTarget: { value } }) => onChange({ ...span, conversationId: value })}
      />
      <TextInput
        size="xs"
        type="datetime-local"
        step={1}
        label="Events from"
        description="Needed without a conversation id, so that not everything is replayed."
        required={span.conversationId.trim() === ''}
        value={span.from}
        onChange={({ currentTarget: { value } }) => onChange({ ...span, from: value })}
      />
      <TextInput
        size="xs"
        type="datetime-local"
        step={1}
        label="Events before"
        value={span.to}
        onChange={({ currentTarget: { value } }) => onChange({ ...span, to: value })}
      />
    </>
  );
}
