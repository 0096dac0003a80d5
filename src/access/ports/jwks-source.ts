/** The source of the issuer's public keys. */
export abstract class JwksSource {
  /** The issuer's JSON Web Key Set, unparsed. Rejects within seconds if it cannot be fetched. */
  abstract fetch(): Promise<unknown>;
}
