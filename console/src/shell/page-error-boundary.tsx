import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { ProblemAlert } from '../components/problem-alert';

interface State {
  readonly error?: Error;
}

/** Shows the failure of a page instead of an empty document; most often its file is of an earlier release. */
export class PageErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = {};

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <div className="stack">
        <ProblemAlert error={this.state.error} title="This page failed" />
        <p>The service is stopped, or it has a newer release, whose console has to be loaded.</p>
        <div>
          <Button size="xs" variant="default" onClick={() => window.location.reload()}>
            Load the console again
          </Button>
        </div>
      </div>
    );
  }
}
