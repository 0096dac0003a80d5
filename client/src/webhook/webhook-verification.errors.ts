/** A request that the service has not signed with a secret of this receiver, or not within the last five minutes. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
}
