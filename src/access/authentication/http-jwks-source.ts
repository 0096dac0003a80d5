import { Injectable } from '@nestjs/common';
import { HttpClient } from '../../common/http/http-client';
import { parseShallowJson } from '../../common/json/shallow-json';
import { USER_AGENT } from '../../common/product';
import { AccessConfig } from '../../config/access.config';
import { JwksSource } from '../ports/jwks-source';

const TIMEOUT_MS = 3_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/** The key set at `AUTH_JWKS_URL`. Follows no redirect; any response but a 200 with JSON is a failure. */
@Injectable()
export class HttpJwksSource extends JwksSource {
  constructor(
    private readonly http: HttpClient,
    private readonly config: AccessConfig,
  ) {
    super();
  }

  async fetch(): Promise<unknown> {
    const { status, body } = await this.http.send({
      method: 'GET',
      url: this.config.issuer.jwksUrl,
      headers: { accept: 'application/jwk-set+json, application/json', 'user-agent': USER_AGENT },
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
    });
    if (status !== 200) throw new Error(`The key set was answered with status ${status}`);
    return parseShallowJson(body);
  }
}
