import { DomainError } from '../../common/errors/domain.errors';

export class DeliveryNotFoundError extends DomainError {
  readonly code = 'delivery-not-found';
  readonly kind = 'not-found';
  readonly title = 'No such delivery';

  constructor() {
    super('There is no delivery with this id; delivered ones are kept for a few days only.');
  }
}

export class SinkNotFoundError extends DomainError {
  readonly code = 'sink-not-found';
  readonly kind = 'not-found';
  readonly title = 'No such sink';

  constructor() {
    super('This service was composed without an event sink of this name.');
  }
}
