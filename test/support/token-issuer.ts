import { exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export const AUDIENCE = 'guest-sessions';
const ISSUER = 'https://issuer.example';

interface Signature {
  readonly alg?: 'RS256' | 'ES256' | 'EdDSA';
  readonly kid?: string;
  readonly typ?: string;
}

/** The claims of a token, which may be invalid. */
type Claims = Readonly<Record<string, unknown>>;
type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

/** Signs tokens and serves their keys over HTTP, or fails when a test wants it. */
export class TokenIssuer implements AsyncDisposable {
  /** Number of requests for the keys. */
  asked = 0;
  isDown = false;

  private constructor(
    private readonly server: Server,
    private readonly keys: Map<string, KeyPair>,
    private readonly published: JWK[],
  ) {
    server.on('request', (_request, response) => {
      this.asked += 1;
      if (this.isDown) response.destroy();
      else
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: this.published }));
    });
  }

  static async start(): Promise<TokenIssuer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const issuer = new TokenIssuer(server, new Map(), []);
    for (const alg of ['RS256', 'ES256', 'EdDSA'] as const) await issuer.addKey(alg, alg);
    return issuer;
  }

  /** The environment of a service that accepts its tokens. */
  get environment(): Readonly<Record<string, string>> {
    const { port } = this.server.address() as AddressInfo;
    return {
      ACCESS_MODE: 'jwt',
      AUTH_JWKS_URL: `http://127.0.0.1:${port}/keys`,
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
    };
  }

  /** Publishes a new key and signs with it from now on. */
  async addKey(kid: string, alg: 'RS256' | 'ES256' | 'EdDSA'): Promise<void> {
    const pair = await generateKeyPair(alg, { extractable: true });
    this.keys.set(kid, pair);
    this.published.push({ ...(await exportJWK(pair.publicKey)), kid, alg });
  }

  /** Makes a valid token with these claims changed. An undefined claim is left out. */
  async sign(claims: Claims = {}, { alg = 'RS256', kid = alg, typ }: Signature = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const good = { iss: ISSUER, aud: AUDIENCE, sub: 'billing', iat: now, exp: now + 600 };
    const key = this.keys.get(kid) ?? (await generateKeyPair(alg));
    return new SignJWT({ ...good, ...claims })
      .setProtectedHeader({ alg, kid, ...(typ === undefined ? {} : { typ }) })
      .sign(key.privateKey);
  }

  /** Makes a token with an HMAC of the public key. */
  async signWithPublicKey(): Promise<string> {
    const { publicKey } = this.keys.get('RS256') ?? (await generateKeyPair('RS256'));
    const secret = new TextEncoder().encode(await exportSPKI(publicKey));
    const [, payload = ''] = (await this.sign()).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JWTPayload;
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'RS256' }).sign(secret);
  }

  /** Makes an unsigned token with the algorithm `none`. */
  async unsigned(): Promise<string> {
    const [, payload] = (await this.sign()).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'none', kid: 'RS256' })).toString('base64url');
    return `${header}.${String(payload)}.`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
