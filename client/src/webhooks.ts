// The entry `@genesys-guest-sessions/client/webhooks`.
export { WebhookVerificationError } from 'standardwebhooks';
export type { WebhookEvent } from './webhook/webhook-event.js';
export { type WebhookHeaders, WebhookVerifier } from './webhook/webhook-verifier.js';
