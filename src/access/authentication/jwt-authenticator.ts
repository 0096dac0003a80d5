import { errors, type JWTPayload, jwtVerify } from 'jose';
import { DomainError } from '../../common/errors/domain.errors';
import { Clock } from '../../common/time/clock';
import { AccessConfig } from '../../config/access.config';
import { bearerOf } from './bearer';
import { type Refusal, UnauthenticatedError } from '../domain/access.errors';
import { Caller } from '../domain/caller';
import { Authenticator } from '../ports/authenticator';
import { RemoteJwkSet } from './remote-jwk-set';
import { callerIn, requireAudience, scopesIn } from './token-claims';
import { isAccessToken } from './token-kind';

/** Asymmetric signatures only: with a shared secret, any verifier could also issue tokens. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * Authenticates callers by tokens (JWT) that the configured issuer has signed for this service. The configuration
 * names the claims of the audience, the caller and its scopes; no other claim replaces one that is missing or
 * malformed.
 */
export class JwtAuthenticator extends Authenticator {
  constructor(
    private readonly config: AccessConfig,
    private readonly keys: RemoteJwkSet,
    private readonly clock: Clock,
  ) {
    super();
  }

  async authenticate(authorization: string | undefined): Promise<Caller> {
    const token = bearerOf(authorization);
    const claims = await this.verified(token);
    const caller = callerIn(claims, this.config.issuer);
    return new Caller(caller, scopesIn(claims, caller, this.config.issuer.scopes));
  }

  private async verified(token: string): Promise<JWTPayload> {
    const { issuer, audienceClaim, audiences, callerClaim } = this.config.issuer;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.keys.find, {
        algorithms: ALGORITHMS,
        issuer,
        ...(audienceClaim === 'aud' ? { audience: [...audiences] } : {}),
        requiredClaims: ['exp', callerClaim],
        currentDate: new Date(this.clock.now()),
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      if (!isAccessToken(protectedHeader, payload)) throw new UnauthenticatedError('type');
      if (audienceClaim !== 'aud') requireAudience(payload, this.config.issuer);
      return payload;
    } catch (error) {
      throw error instanceof DomainError ? error : new UnauthenticatedError(refusalOf(error));
    }
  }
}

/** A token that cannot be verified is refused, whatever the error. */
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
