/**
 * The receiver did not accept an event. The message is our own words about what happened, and goes into the audit
 * trail: nothing that the receiver sent belongs there.
 */
export class DeliveryFailedError extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = DeliveryFailedError.name;
  }
}

/** A failed attempt in words that are safe to keep, whatever was thrown. */
export function reasonOf(error: unknown): string {
  if (error instanceof DeliveryFailedError) return error.message;
  return error instanceof Error ? error.name : 'unknown';
}
