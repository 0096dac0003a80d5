import { Clock } from './clock';

/** A clock that the test sets. */
export class SettableClock extends Clock {
  at = 0;

  now(): number {
    return this.at;
  }
}
