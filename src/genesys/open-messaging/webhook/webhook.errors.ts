import { DomainError } from '../../../common/errors/domain.errors';

/** A webhook of an unknown integration, or one that none of its secrets has signed. Both are answered alike. */
export class WebhookSignatureError extends DomainError {
  readonly code = 'webhook-signature-invalid';
  readonly kind = 'unauthenticated';
  readonly title = 'The signature of the webhook is not genuine';

  constructor() {
    super('No secret of the integration has signed this body.');
  }
}
