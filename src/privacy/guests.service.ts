import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { isGuestRef } from '../session/domain/guest-token';
import { GuestNotFoundError } from './domain/privacy.errors';
import { type Erasure, GuestStore } from './ports/guest.store';

/** Operations on guests, across the sessions of all callers. */
@Injectable()
export class GuestsService {
  constructor(
    private readonly guests: GuestStore,
    private readonly clock: Clock,
  ) {}

  /** See `GuestStore.erase`; an invalid reference is a `GuestNotFoundError` too. */
  async erase(guestRef: string): Promise<Erasure> {
    if (!isGuestRef(guestRef)) throw new GuestNotFoundError();
    return this.guests.erase(guestRef, this.clock.now());
  }
}
