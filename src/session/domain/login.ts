/**
 * How a guest shows who it is: by an authorization code of the organisation's login, which is good once, or by an ID
 * token. One form has all of its fields, the other none; only a `nonce` may come with either. It is used at once and kept nowhere.
 */
export interface Login {
  readonly authCode?: string;
  readonly redirectUri?: string;
  /** Where the login was begun with PKCE. */
  readonly codeVerifier?: string;
  /** Seconds: where the login was begun with `max_age`. */
  readonly maxAge?: number;
  /** Issuer that the login's answer named beside the code (RFC 9207). */
  readonly iss?: string;
  readonly idToken?: string;
  /** Goes with an ID token always, and with a code where the login was begun with one. */
  readonly nonce?: string;
}
