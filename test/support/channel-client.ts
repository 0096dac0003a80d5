/** The OAuth client of the conversations that contract suites open. */
export const CHANNEL_CLIENT = { id: 'channel-client', secret: 'channel-secret' };

/** The Open Messaging integration of those conversations. */
export const OPEN_INTEGRATION = { id: 'open-integration', secret: 'open-secret-of-the-webhook' };
