import { TooManyInFlightError } from '../errors/too-many-in-flight.errors';
import { RequestContext } from '../logging/request-context';
import { CallerBulkhead, type ReleasePlace } from './caller-bulkhead';

/** The requests of one kind that this process serves at a time, with a share for the caller of the request at hand. */
export class RequestBulkhead {
  private readonly places: CallerBulkhead;

  /** `share` is asked for each request. */
  constructor(
    total: number,
    private readonly share: () => number,
  ) {
    this.places = new CallerBulkhead(total);
  }

  /** Throws `TooManyInFlightError`. */
  take(): ReleasePlace {
    const place = this.places.tryAcquire(RequestContext.caller ?? '', this.share());
    if (typeof place === 'string') throw new TooManyInFlightError(place === 'share' ? 'caller' : 'all');
    return place;
  }
}
