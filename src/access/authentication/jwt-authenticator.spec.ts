import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { RecordingLog } from '../../audit/recording-log.fake';
import { SettableClock } from '../../common/time/settable-clock.fake';
import { AccessConfig } from '../../config/access.config';
import { Environment } from '../../config/environment';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { AccessTelemetry } from '../access.telemetry';
import { UnauthenticatedError } from '../domain/access.errors';
import { JwtAuthenticator } from './jwt-authenticator';
import { FakeJwksSource } from '../ports/jwks-source.fake';
import { RemoteJwkSet } from './remote-jwk-set';

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

const NOW = 1_800_000_000;
const GOOD = { iss: 'issuer', aud: ['others', 'guest-sessions'], sub: 'billing', exp: NOW + 60 };

let privateKey: PrivateKey;
let authenticator: JwtAuthenticator;

beforeAll(async () => {
  RecordingLog.install();
  const pair = await generateKeyPair('ES256');
  const jwk: JWK = await exportJWK(pair.publicKey);
  privateKey = pair.privateKey;
  const source = new FakeJwksSource();
  source.answer = { keys: [{ ...jwk, kid: 'key', alg: 'ES256' }] };
  const environment = Object.assign(new Environment(), {
    AUTH_ISSUER: 'issuer',
    AUTH_AUDIENCE: 'guest-sessions',
  });
  const clock = new SettableClock();
  clock.at = NOW * 1000;
  const metrics = new ReadableMetrics();
  const keys = new RemoteJwkSet(source, clock, new AccessTelemetry(metrics), metrics);
  authenticator = new JwtAuthenticator(new AccessConfig(environment), keys, clock);
});

function sign(claims: Readonly<Record<string, unknown>>): Promise<string> {
  return new SignJWT({ ...GOOD, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'key' })
    .sign(privateKey);
}

async function refusalOf(token: string): Promise<string | undefined> {
  try {
    await authenticator.authenticate(`Bearer ${token}`);
    return undefined;
  } catch (error) {
    if (error instanceof UnauthenticatedError) return error.hiddenReason;
    throw error;
  }
}

describe(JwtAuthenticator.name, () => {
  it('takes the name of the caller from the subject, and the known ones of its scopes', async () => {
    const token = await sign({ scope: 'openid sessions.read sessions.end' });

    const { name, owner, scopes } = await authenticator.authenticate(`Bearer ${token}`);

    expect([name, owner, [...scopes]]).toEqual(['billing', 'billing', ['sessions.read', 'sessions.end']]);
  });

  it.each([
    ['expired', { exp: NOW - 60 }],
    ['not-yet-valid', { nbf: NOW + 60 }],
    ['issuer', { iss: 'another' }],
    ['audience', { aud: 'another' }],
    ['claims', { exp: undefined }],
    ['claims', { sub: undefined }],
    ['claims', { sub: 'a\nb' }],
    ['type', { token_use: 'id' }],
  ])('tells operators that it is %s: %j', async (refusal, claims) => {
    expect(await refusalOf(await sign(claims))).toBe(refusal);
  });

  it('gives operators the reason why a signature is invalid', async () => {
    const good = await sign({});
    const [header = '', payload = '', signature = ''] = good.split('.');
    const headerOf = (fields: object): string => Buffer.from(JSON.stringify(fields)).toString('base64url');
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;

    expect(await refusalOf(good)).toBeUndefined();
    expect(await refusalOf([header, payload, flipped].join('.'))).toBe('signature');
    expect(await refusalOf([headerOf({ alg: 'none' }), payload, ''].join('.'))).toBe('algorithm');
    expect(await refusalOf([headerOf({ alg: 'HS256', kid: 'key' }), payload, signature].join('.'))).toBe(
      'algorithm',
    );
    expect(await refusalOf([headerOf({ alg: 'ES256', kid: 'x' }), payload, signature].join('.'))).toBe(
      'unknown-key',
    );
    expect(await refusalOf('a.b')).toBe('malformed');
  });

  describe('a header that names a key of its own', () => {
    const SIGNED = { alg: 'ES256', kid: 'key' };

    it.each(['jwk', 'jku', 'x5u', 'x5c'] as const)('is not trusted in %s', async (name) => {
      const stranger = await generateKeyPair('ES256', { extractable: true });
      const jwk = await exportJWK(stranger.publicKey);
      const named = {
        jwk,
        jku: 'https://evil.example/keys',
        x5u: 'https://evil.example/cert',
        x5c: ['MIIB'],
      };
      const forge = (kid: string): Promise<string> =>
        new SignJWT(GOOD)
          .setProtectedHeader({ ...SIGNED, kid, [name]: named[name] })
          .sign(stranger.privateKey);

      expect(await refusalOf(await forge('key'))).toBe('signature');
      expect(await refusalOf(await forge('stranger'))).toBe('unknown-key');
    });

    it.each(['../../../../dev/null', "key' or '1'='1", 'key\u0000', 'KEY', '__proto__', ''])(
      'finds no other key under the id %j',
      async (kid) => {
        const token = await new SignJWT(GOOD).setProtectedHeader({ ...SIGNED, kid }).sign(privateKey);

        expect(await refusalOf(token)).toBe('unknown-key');
      },
    );

    it('is refused with any critical extension', async () => {
      const [, payload = '', signature = ''] = (await sign({})).split('.');
      const withHeader = (fields: object): string =>
        [
          Buffer.from(JSON.stringify({ ...SIGNED, ...fields })).toString('base64url'),
          payload,
          signature,
        ].join('.');
      const signed = await new SignJWT(GOOD)
        .setProtectedHeader({ ...SIGNED, crit: ['urn:x'], 'urn:x': true })
        .sign(privateKey, { crit: { 'urn:x': true } });

      expect(await refusalOf(signed)).toBe('malformed');
      expect(await refusalOf(withHeader({ crit: [] }))).toBe('malformed');
      expect(await refusalOf(withHeader({ crit: ['b64'], b64: false }))).toBe('signature');
    });
  });

  it('forgives clocks that differ by seconds', async () => {
    expect(await refusalOf(await sign({ exp: NOW - 1 }))).toBeUndefined();
  });
});
