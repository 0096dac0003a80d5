import { DomainError } from '../../common/errors/domain.errors';

/** Genesys Cloud has no queue with this id. */
export class QueueNotFoundError extends DomainError {
  readonly code = 'queue-not-found';
  readonly kind = 'not-found';
  readonly title = 'No such queue';

  constructor() {
    super('Genesys Cloud has no queue with this id.');
  }
}
