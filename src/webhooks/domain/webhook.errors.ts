import { DomainError } from '../../common/errors/domain.errors';

export class WebhookNotFoundError extends DomainError {
  readonly code = 'webhook-not-found';
  readonly kind = 'not-found';
  readonly title = 'No such webhook';

  constructor() {
    super('There is no webhook with this id that the caller may manage.');
  }
}

export class WebhookLimitError extends DomainError {
  readonly code = 'webhook-limit-reached';
  readonly kind = 'conflict';
  readonly title = 'The caller has as many webhooks as it may have';

  constructor(max: number) {
    super(`A caller may have ${max} webhooks; delete one first.`);
  }
}

export class WebhookNotVerifiedError extends DomainError {
  readonly code = 'webhook-not-verified';
  readonly kind = 'conflict';
  readonly title = 'The webhook is not verified';

  constructor() {
    super('The receiver has to accept a test event first.');
  }
}
