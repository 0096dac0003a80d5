import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { api } from '../api/service-client';
import { AttemptsTable } from '../components/attempts-table';
import { ConfirmAction } from '../components/confirm-action';
import { Dialog } from '../components/dialog';
import { QueryView } from '../components/query-view';

interface WebhookDeliveryProps {
  readonly webhookId: string;
  readonly eventId: string;
}

/** The attempts at one delivery of a webhook, and its retry. */
export function WebhookDeliveryActions({ webhookId, eventId }: WebhookDeliveryProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="actions">
      <Button size="xs" variant="default" onClick={() => setOpen(true)}>
        Show attempts
      </Button>
      {isOpen && (
        <Dialog title="Attempts" onClose={() => setOpen(false)}>
          <div className="stack">
            <Attempts webhookId={webhookId} eventId={eventId} />
            <div className="dialog-buttons">
              <Button variant="default" onClick={() => setOpen(false)}>
                Close
              </Button>
            </div>
          </div>
        </Dialog>
      )}
      <ConfirmAction
        label="Retry delivery"
        scope="webhooks.manage"
        question={
          <p>
            The event <code>{eventId}</code> is attempted again at once, in the order of its conversation.
          </p>
        }
        audit={{ target: webhookId }}
        run={() =>
          api.POST('/v1/webhooks/{webhookId}/deliveries/{eventId}/retry', {
            params: { path: { webhookId, eventId } },
          })
        }
      />
    </div>
  );
}

function Attempts({ webhookId, eventId }: WebhookDeliveryProps): ReactElement {
  const query = useQuery({
    queryKey: ['webhook', webhookId, 'delivery', eventId],
    queryFn: async ({ signal }) => {
      const params = { path: { webhookId, eventId } };
      return (await api.GET('/v1/webhooks/{webhookId}/deliveries/{eventId}', { params, signal })).data;
    },
  });
  return (
    <QueryView query={query} subject="attempts">
      {({ attempts }) => <AttemptsTable attempts={attempts} />}
    </QueryView>
  );
}
