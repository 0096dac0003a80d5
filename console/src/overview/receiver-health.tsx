import type { ReactElement } from 'react';
import { EmptyState } from '../components/empty-state';
import { Freshness } from '../components/freshness';
import { MissingScope } from '../components/missing-scope';
import { Panel } from '../components/panel';
import { QueryView } from '../components/query-view';
import { useScope } from '../login/console-session-context';
import { ReceiverTable } from '../receivers/receiver-table';
import { useSinks } from '../receivers/use-sinks';
import { WebhookHealth } from './webhook-health';

/** The condition of the receivers, and of the webhooks in short. */
export function ReceiverHealth(): ReactElement {
  const enabled = useScope('deliveries.read');
  const query = useSinks();
  return (
    <Panel title="Receivers" side={enabled && <Freshness query={query} rhythm="every 15 s" />}>
      <div className="stack">
        {!enabled && <MissingScope scope="deliveries.read" />}
        {enabled && (
          <QueryView query={query} subject="receivers">
            {(sinks) =>
              sinks.length === 0 ? (
                <EmptyState title="There are no receivers">
                  Configure one in the settings of the service, or register a <a href="#/webhooks">webhook</a>
                  .
                </EmptyState>
              ) : (
                <ReceiverTable sinks={sinks} isBrief />
              )
            }
          </QueryView>
        )}
        <WebhookHealth />
      </div>
    </Panel>
  );
}
