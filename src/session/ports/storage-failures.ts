/** What was being written when the database could not be used may be durable or not: whoever has to know looks again. */
export abstract class StorageFailures {
  /** How often the database could not be used. */
  abstract readonly count: number;
}
