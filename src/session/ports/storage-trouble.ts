/** What was being written when the database could not be used may be durable or not: whoever has to know looks again. */
export abstract class StorageTrouble {
  /** How often the database could not be used. */
  abstract readonly troubles: number;
}
