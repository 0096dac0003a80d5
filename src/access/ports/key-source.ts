/** Where the public keys of the issuer come from. */
export abstract class KeySource {
  /** The issuer's JSON Web Key Set as it came. Rejects, within seconds, when it cannot be had. */
  abstract fetch(): Promise<unknown>;
}
