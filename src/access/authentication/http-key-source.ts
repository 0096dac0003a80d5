import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { firstValueFrom } from 'rxjs';
import { NEVER_CANCELLED } from '../../common/http/never-cancelled';
import { parseShallowJson } from '../../common/json/shallow-json';
import { USER_AGENT } from '../../common/product';
import { AccessConfig } from '../../config/access.config';
import { KeySource } from '../ports/key-source';

const TIMEOUT_MS = 3_000;
const MAX_ANSWER_BYTES = 256 * 1024;

/** The key set at `AUTH_JWKS_URL`. Follows no redirect; any response but a 200 with JSON is a failure. */
@Injectable()
export class HttpKeySource extends KeySource {
  constructor(
    private readonly http: HttpService,
    private readonly config: AccessConfig,
  ) {
    super();
  }

  async fetch(): Promise<unknown> {
    const { status, data } = await firstValueFrom(
      this.http.get<string>(this.config.issuer.jwksUrl, {
        headers: { accept: 'application/jwk-set+json, application/json', 'user-agent': USER_AGENT },
        timeout: TIMEOUT_MS,
        maxContentLength: MAX_ANSWER_BYTES,
        cancelToken: NEVER_CANCELLED,
      }),
    );
    if (status !== 200) throw new Error(`The key set was answered with status ${status}`);
    return parseShallowJson(data);
  }
}
