/** The platform no longer has the channel: it has expired, or another program with the same OAuth client made too many. */
export class ChannelGoneError extends Error {
  override readonly name = 'ChannelGoneError';

  constructor(options?: ErrorOptions) {
    super('Genesys Cloud no longer has the notification channel.', options);
  }
}
