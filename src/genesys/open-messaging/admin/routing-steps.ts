/** Steps after the creation of an integration that are done in Genesys Cloud and in the settings of the service. */
export const ROUTING_STEPS = `
Still to do:
  1. Add the entry to the list in GENESYS_OPEN_INTEGRATIONS or GENESYS_OPEN_INTEGRATIONS_FILE and restart the service.
     It holds the secret, which is shown only here.
  2. Bind the recipient of the integration to an inbound message flow (Admin > Routing > Message Routing). Without one,
     messages of guests go nowhere.
  3. Allow typing events, inbound and outbound, in the messaging setting of the integration.
  4. Give the OAuth client of the service the permissions
     messaging:integration:*, conversation:message:receive,
     conversation:communication:disconnect, analytics:conversationDetail:view
`;
