/**
 * How a guest shows who it is: by an authorization code of the organisation's login, which is good once, or by an ID
 * token. One form has all of its fields, the other none. It is used at once and kept nowhere.
 */
export interface Login {
  readonly authCode?: string;
  readonly redirectUri?: string;
  /** Where the login was begun with PKCE. */
  readonly codeVerifier?: string;
  readonly idToken?: string;
  readonly nonce?: string;
}
