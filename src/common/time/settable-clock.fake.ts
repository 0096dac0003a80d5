import { Clock } from './clock';

/** It is whatever time the test says. */
export class SettableClock extends Clock {
  at = 0;

  now(): number {
    return this.at;
  }
}
