import { hash } from 'node:crypto';
import { v4 as uuid } from 'uuid';

/** A new guest token: `jwt_` and a random UUID without its hyphens, from a cryptographic source. It is a credential. */
export function newGuestToken(): string {
  return `jwt_${uuid().replaceAll('-', '')}`;
}

const GUEST_TOKEN = /jwt_[0-9a-f]{32}/i;

/** Tells whether a text contains a possible guest token. */
export function holdsGuestToken(text: string): boolean {
  return GUEST_TOKEN.test(text);
}

const GUEST_REF = /^[0-9a-f]{32}$/;

/** A digest that identifies the guest: the same for equal tokens, safe to show, and not reversible. */
export function guestRefOf(guestToken: string): string {
  return hash('sha256', guestToken).slice(0, 32);
}

/** Tells whether a text has the form of a `guestRef`. */
export function isGuestRef(text: string): boolean {
  return GUEST_REF.test(text);
}
