/** The Open Messaging integration of a simulator. */
export const OPEN_INTEGRATION = { id: 'demo-integration', secret: 'demo-webhook-secret' };

/** The settings for sessions over that integration. */
export function openMessagingEnvironment(): Record<string, string> {
  const { id, secret } = OPEN_INTEGRATION;
  return { GENESYS_OPEN_INTEGRATIONS: JSON.stringify([{ id, secrets: [secret] }]) };
}
