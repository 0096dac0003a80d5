// The entry `@genesys-guest-sessions/client/webhooks`.
export type { WebhookEvent } from './webhook/webhook-event.js';
export { WebhookVerificationError } from './webhook/webhook-verification.errors.js';
export { type WebhookHeaders, WebhookVerifier } from './webhook/webhook-verifier.js';
