import { Paper, Title } from '@mantine/core';
import { type ReactElement, type ReactNode, useId } from 'react';

interface PanelProps {
  readonly title: string;
  /** Stands beside the heading. */
  readonly side?: ReactNode;
  readonly children: ReactNode;
}

/** A titled region of a page. */
export function Panel({ title, side, children }: PanelProps): ReactElement {
  const id = useId();
  return (
    <Paper component="section" withBorder radius="md" className="panel" aria-labelledby={id}>
      <div className="panel-header">
        <Title order={2} size="h5" id={id}>
          {title}
        </Title>
        <div className="panel-side">{side}</div>
      </div>
      {children}
    </Paper>
  );
}
