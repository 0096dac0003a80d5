import { NativeSelect } from '@mantine/core';
import type { ReactElement } from 'react';

const HOUR_MS = 3_600_000;

export const SPANS = {
  hour: { label: 'Last hour', ms: HOUR_MS },
  sixHours: { label: 'Last 6 hours', ms: 6 * HOUR_MS },
  twoDays: { label: 'Last two days', ms: 48 * HOUR_MS },
} as const;

export type Span = keyof typeof SPANS;

interface SpanChoiceProps {
  readonly span: Span;
  readonly onChange: (span: Span) => void;
}

export function SpanChoice({ span, onChange }: SpanChoiceProps): ReactElement {
  const names = Object.keys(SPANS) as Span[];
  return (
    <NativeSelect
      size="xs"
      aria-label="Span of the statistics"
      data={names.map((value) => ({ value, label: SPANS[value].label }))}
      value={span}
      onChange={({ currentTarget: { value } }) => onChange(names.find((name) => name === value) ?? 'hour')}
    />
  );
}
