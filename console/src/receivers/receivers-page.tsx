import type { ReactElement } from 'react';
import { EmptyState } from '../components/empty-state';
import { Freshness } from '../components/freshness';
import { MissingScope } from '../components/missing-scope';
import { PageHeader } from '../components/page-header';
import { Panel } from '../components/panel';
import { QueryView } from '../components/query-view';
import { useScope } from '../login/console-session-context';
import { ReceiverActions } from './receiver-actions';
import { ReceiverTable } from './receiver-table';
import { useSinks } from './use-sinks';

/** The configured receivers of session events, and their condition. */
export function ReceiversPage(): ReactElement {
  const enabled = useScope('deliveries.read');
  const query = useSinks();
  return (
    <>
      <PageHeader title="Receivers">{enabled && <Freshness query={query} rhythm="every 15 s" />}</PageHeader>
      <Panel title="Receivers of session events">
        {!enabled && <MissingScope scope="deliveries.read" />}
        {enabled && (
          <QueryView query={query} subject="receivers">
            {(sinks) =>
              sinks.length === 0 ? (
                <EmptyState title="There are no receivers">
                  Configure the CRM in the settings of the service, or register a{' '}
                  <a href="#/webhooks">webhook</a>.
                </EmptyState>
              ) : (
                <ReceiverTable sinks={sinks} actionsOf={(sink) => <ReceiverActions sink={sink} />} />
              )
            }
          </QueryView>
        )}
      </Panel>
    </>
  );
}
