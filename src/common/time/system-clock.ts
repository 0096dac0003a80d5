import { Clock } from './clock';

/** The clock of the machine. */
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}
