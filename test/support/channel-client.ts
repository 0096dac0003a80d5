/** The OAuth client of the conversations that contract suites open. */
export const CHANNEL_CLIENT = { id: 'channel-client', secret: 'channel-secret' };
