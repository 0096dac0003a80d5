/** The receivers that callers have registered for the events of their sessions. */
export abstract class SessionWebhooks {
  /**
   * Resolves if the owner has a verified webhook of the same origin, to whose events the URL applies. Throws a
   * `DomainError` otherwise, and for a text that is no URL of a receiver.
   */
  abstract check(url: string, owner: string): Promise<void>;
}
