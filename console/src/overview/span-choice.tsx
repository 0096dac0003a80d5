import { NativeSelect } from '@mantine/core';
import type { ReactElement } from 'react';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The figures are of whole minutes, and of several in the longest span: more frequent reads show the same ones. */
export const SPANS = {
  hour: { label: 'Last hour', ms: HOUR_MS, refreshMs: MINUTE_MS, rhythm: 'every minute' },
  sixHours: { label: 'Last 6 hours', ms: 6 * HOUR_MS, refreshMs: MINUTE_MS, rhythm: 'every minute' },
  twoDays: { label: 'Last two days', ms: 48 * HOUR_MS, refreshMs: 5 * MINUTE_MS, rhythm: 'every 5 minutes' },
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
