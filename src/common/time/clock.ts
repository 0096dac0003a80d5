/**
 * The time, in epoch milliseconds. Processes that share a database use the database's time, less the duration of its
 * response: never later than the database's clock. A port, so that tests can set the time.
 */
export abstract class Clock {
  abstract now(): number;
}
