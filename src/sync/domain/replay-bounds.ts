import { InvalidRequestError } from '../../common/errors/invalid-request.errors';

/** The deliveries to repeat: those of a conversation, of events in a span of time (epoch milliseconds), or both. */
export interface ReplayBounds {
  readonly conversationId?: string;
  readonly from?: number;
  readonly to?: number;
}

/** Throws `InvalidRequestError` when neither a conversation nor a span of time is selected. */
export function assertBoundedReplay({ conversationId, from, to }: ReplayBounds): void {
  const isSpan = from !== undefined && to !== undefined;
  if (conversationId === undefined && !isSpan) {
    throw new InvalidRequestError([
      { pointer: '#', code: 'required', detail: 'must name a conversationId, or from and to' },
    ]);
  }
  if (isSpan && from >= to) {
    throw new InvalidRequestError([{ pointer: '#/to', code: 'out-of-range', detail: 'must be after from' }]);
  }
}
