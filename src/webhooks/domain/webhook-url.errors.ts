import { DomainError } from '../../common/errors/domain.errors';

export class WebhookUrlRefusedError extends DomainError {
  readonly code = 'webhook-url-refused';
  readonly kind = 'unprocessable';
  readonly title = 'No events are sent to this address';

  constructor(rule: string) {
    super(`The URL ${rule}.`);
  }
}
