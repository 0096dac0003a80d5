import { createHash, randomBytes } from 'node:crypto';

/** A new guest token: `jwt_` and 32 hex digits from a cryptographic source. It is a credential. */
export function newGuestToken(): string {
  return `jwt_${randomBytes(16).toString('hex')}`;
}

const GUEST_TOKEN = /jwt_[0-9a-f]{32}/i;

/** Whether a text holds what looks like a guest token. */
export function holdsGuestToken(text: string): boolean {
  return GUEST_TOKEN.test(text);
}

const GUEST_REF = /^[0-9a-f]{32}$/;

/** A name for the guest that is safe to show: always the same for a token, and never leads back to it. */
export function guestRefOf(guestToken: string): string {
  return createHash('sha256').update(guestToken).digest('hex').slice(0, 32);
}

/** Whether a text could be the name of one of our guests. */
export function isGuestRef(text: string): boolean {
  return GUEST_REF.test(text);
}
