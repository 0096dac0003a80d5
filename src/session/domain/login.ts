/**
 * The proof of a guest's identity: an authorization code of the organisation's login, which is valid once, or an ID
 * token. The fields of one form are all present, those of the other absent; only a `nonce` may come with either. It
 * is used at once and never stored.
 */
export interface Login {
  readonly authCode?: string;
  readonly redirectUri?: string;
  /** Present if the login was begun with PKCE. */
  readonly codeVerifier?: string;
  /** Seconds; present if the login was begun with `max_age`. */
  readonly maxAge?: number;
  /** The issuer that the login's response named beside the code (RFC 9207). */
  readonly iss?: string;
  readonly idToken?: string;
  /** Required with an ID token, and with a code if the login was begun with one. */
  readonly nonce?: string;
}
