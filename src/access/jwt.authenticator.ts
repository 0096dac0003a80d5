import { errors, type JWTPayload, jwtVerify } from 'jose';
import { isScopeName, type ScopeName } from '../common/access/scope';
import { DomainError } from '../common/errors/domain.error';
import { Clock } from '../common/time/clock';
import { AccessConfig } from '../config/access.config';
import { bearerOf } from './bearer';
import { type Refusal, UnauthenticatedError } from './domain/access.errors';
import { Caller } from './domain/caller';
import { isAccessToken } from './token-kind';
import { Authenticator } from './ports/authenticator';
import { SigningKeys } from './signing-keys';

/** Signatures of a private key only: with a shared secret, whoever checks tokens could also make them. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 5;
/** Kept with every session: no control characters, no half characters, and not without end. */
const SUBJECT = /^[^\p{C}]{1,255}$/u;

/** Knows callers by tokens (JWT) that the configured issuer has signed for this service. */
export class JwtAuthenticator extends Authenticator {
  constructor(
    private readonly config: AccessConfig,
    private readonly keys: SigningKeys,
    private readonly clock: Clock,
  ) {
    super();
  }

  async authenticate(authorization: string | undefined): Promise<Caller> {
    const token = bearerOf(authorization);
    const { sub, ...claims } = await this.verified(token);
    if (typeof sub !== 'string' || !SUBJECT.test(sub)) throw new UnauthenticatedError('claims');
    return new Caller(sub, scopesOf(claims));
  }

  private async verified(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.config.issuer;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.keys.find, {
        algorithms: ALGORITHMS,
        issuer,
        audience,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(this.clock.now()),
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      if (!isAccessToken(protectedHeader, payload)) throw new UnauthenticatedError('type');
      return payload;
    } catch (error) {
      throw error instanceof DomainError ? error : new UnauthenticatedError(refusalOf(error));
    }
  }
}

/** `scope` as RFC 9068 has it, or `scp` as others do. What this service does not know is none of its business. */
function scopesOf({ scope, scp }: Readonly<Record<string, unknown>>): ReadonlySet<ScopeName> {
  const said = scope ?? scp;
  const words: readonly unknown[] =
    typeof said === 'string' ? said.split(' ') : Array.isArray(said) ? said : [];
  return new Set(words.filter(isScopeName));
}

/** Whatever keeps a token from being verified, it proves nothing. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return REFUSAL_OF_CLAIM[error.claim] ?? 'claims';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown-key';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'unknown-key';
  return 'malformed';
}

const REFUSAL_OF_CLAIM: Readonly<Record<string, Refusal>> = {
  iss: 'issuer',
  aud: 'audience',
  nbf: 'not-yet-valid',
};
