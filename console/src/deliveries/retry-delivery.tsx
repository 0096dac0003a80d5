import type { ReactElement } from 'react';
import { api } from '../api/service-client';
import { ConfirmAction } from '../components/confirm-action';
import { hrefOf } from '../router/route';

/** The retry of one delivery. */
export function RetryDelivery({ id }: { readonly id: string }): ReactElement {
  return (
    <ConfirmAction
      label="Retry delivery"
      scope="deliveries.operate"
      question={
        <p>
          The delivery <code>{id}</code> is attempted again at once, in the order of its conversation. The
          receiver gets the same event id.
        </p>
      }
      audit={{ action: 'DELIVERY_RETRIED' }}
      run={async () => {
        const { response } = await api.POST('/v1/deliveries/{id}/retry', { params: { path: { id } } });
        return {
          response,
          note: (
            <p>
              The delivery is queued again. Its attempts are <a href={hrefOf('deliveries', id)}>listed</a>.
            </p>
          ),
        };
      }}
    />
  );
}
