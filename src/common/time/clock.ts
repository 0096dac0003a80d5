/** The wall clock, in epoch milliseconds. A port so that tests can set the time. */
export abstract class Clock {
  abstract now(): number;
}
