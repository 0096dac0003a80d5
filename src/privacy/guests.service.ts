import { Injectable } from '@nestjs/common';
import { Clock } from '../common/time/clock';
import { isGuestRef } from '../session/domain/guest-token';
import { GuestNotFoundError } from './domain/privacy.errors';
import { type Erasure, GuestStore } from './ports/guest.store';

/** What can be done with guests, whoever their sessions belong to. */
@Injectable()
export class GuestsService {
  constructor(
    private readonly guests: GuestStore,
    private readonly clock: Clock,
  ) {}

  /** See `GuestStore.erase`; what could not be the reference of a guest is a `GuestNotFoundError` too. */
  async erase(guestRef: string): Promise<Erasure> {
    if (!isGuestRef(guestRef)) throw new GuestNotFoundError();
    return this.guests.erase(guestRef, this.clock.now());
  }
}
