import { DomainError } from '../../../common/errors/domain.errors';

/** A webhook from an address that is not in a network of Genesys Cloud. */
export class WebhookSourceError extends DomainError {
  readonly code = 'webhook-source-forbidden';
  readonly kind = 'forbidden';
  readonly title = 'The webhook comes from another network';

  constructor() {
    super('The address of the sender is in no network from which Genesys Cloud sends webhooks.');
  }
}

/** A webhook of an unknown integration, or one that none of its secrets has signed. Both are answered alike. */
export class WebhookSignatureError extends DomainError {
  readonly code = 'webhook-signature-invalid';
  readonly kind = 'unauthenticated';
  readonly title = 'The signature of the webhook is not genuine';

  constructor() {
    super('No secret of the integration has signed this body.');
  }
}
