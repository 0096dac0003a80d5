import { ApiPropertyOptional } from '@nestjs/swagger';
import type { Login } from '../domain/login';
import { LoginSeconds, LoginText } from './login-text.decorator';

const MAX_SECONDS = 2_147_483_647;

/** The proof of a guest's identity: `authCode` and `redirectUri`, or `idToken` and `nonce`. */
export class LoginDto implements Login {
  /** The authorization code that the organisation's login gave the guest. It is valid once. */
  @ApiPropertyOptional({ type: String, maxLength: 4096, example: 'jane.doe:7f3c' })
  @LoginText({ form: 'code', maxBytes: 4096 })
  authCode?: string;

  /** The redirect URI to which the login sent the guest with the code. */
  @ApiPropertyOptional({ type: String, maxLength: 2048, example: 'https://shop.example/signed-in' })
  @LoginText({ form: 'code', maxBytes: 2048 })
  redirectUri?: string;

  /** The code verifier of a login that was begun with PKCE. */
  @ApiPropertyOptional({
    type: String,
    maxLength: 512,
    example: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  })
  @LoginText({ form: 'code', maxBytes: 512, isOptional: true })
  codeVerifier?: string;

  /** Seconds: `max_age` of the login, if it was begun with one. */
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: MAX_SECONDS, example: 3600 })
  @LoginSeconds(MAX_SECONDS)
  maxAge?: number;

  /** `iss` that the login returned beside the code (RFC 9207), if any. */
  @ApiPropertyOptional({ type: String, maxLength: 2048, example: 'https://login.shop.example' })
  @LoginText({ form: 'code', maxBytes: 2048, isOptional: true })
  iss?: string;

  /** The ID token that the organisation's login gave the guest. */
  @ApiPropertyOptional({
    type: String,
    maxLength: 8192,
    example: 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJqYW5lIiwiZ2l2ZW5fbmFtZSI6IkphbmUifQ.x',
  })
  @LoginText({ form: 'token', maxBytes: 8192 })
  idToken?: string;

  /** The nonce of the login request, which an ID token repeats. Required with `idToken`, optional with `authCode`. */
  @ApiPropertyOptional({ type: String, maxLength: 512, example: 'n-0S6_WzA2Mj' })
  @LoginText({ form: 'token', maxBytes: 512, isOfEither: true })
  nonce?: string;
}
