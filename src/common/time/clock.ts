/**
 * The time, in epoch milliseconds. Processes that share a database have the time of the database, less what its answer
 * took: never later than it is there. A port so that tests can set the time.
 *
 * @publicApi
 */
export abstract class Clock {
  abstract now(): number;
}
