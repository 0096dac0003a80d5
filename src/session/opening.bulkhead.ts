import { Injectable } from '@nestjs/common';
import { Caller } from '../access/domain/caller';
import { TooManyInFlightError } from '../common/errors/too-many-in-flight.error';
import { Drain } from '../common/lifecycle/drain';
import { CallerShares } from '../common/limits/caller-shares';
import { AccessConfig } from '../config/access.config';

/**
 * What one of several callers may open at a time. They wait in lines that all callers share: for the budget of an OAuth
 * client, for a connection of a guest, for one of 128 exchanges with the platform.
 */
const OF_A_CALLER = 128;

/**
 * The openings under way in this process. A single caller, and those that need no credential, have no limit here. An
 * opening counts until it is over, also when its caller has hung up.
 */
@Injectable()
export class OpeningBulkhead {
  private readonly shares = new CallerShares(Number.POSITIVE_INFINITY);

  constructor(
    private readonly drain: Drain,
    private readonly access: AccessConfig,
  ) {}

  /** Throws `TooManyInFlightError` before anything is done. The signal is that of a process that stops. */
  async run<T>(caller: Caller, opening: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const place = this.shares.tryAcquire(caller.name, this.shareOf(caller));
    if (typeof place === 'string') throw new TooManyInFlightError('caller');
    try {
      return await opening(this.drain.signal);
    } finally {
      place();
    }
  }

  /** Goes on with an opening that counted at another process. Throws `ShuttingDownError`. */
  async goOn<T>(opening: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.drain.assertOpen();
    return opening(this.drain.signal);
  }

  private shareOf(caller: Caller): number {
    const isOnly = caller === Caller.anonymous || !this.access.isShared('sessions.write');
    return isOnly ? Number.POSITIVE_INFINITY : OF_A_CALLER;
  }
}
