import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SettableClock } from '../../common/time/settable-clock.fake';
import { AccessConfig } from '../../config/access.config';
import { MINIMAL } from '../../config/environment.fake';
import { readEnvironment } from '../../config/read-environment';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { AccessTelemetry } from '../access.telemetry';
import { UnauthenticatedError } from '../domain/access.errors';
import { JwtAuthenticator } from './jwt-authenticator';
import { FakeJwksSource } from '../ports/jwks-source.fake';
import { RemoteJwkSet } from './remote-jwk-set';

type Claims = Readonly<Record<string, unknown>>;
type Variables = Readonly<Record<string, string>>;

const NOW = 1_800_000_000;
const TIMES = { iat: NOW, exp: NOW + 3_600 };
const JWT = { typ: 'JWT' };
const NO_TYPE = {};

const [, section = ''] =
  /^## Machine tokens of identity providers\n([^]*?)^## /m.exec(
    readFileSync(join(__dirname, '../../../docs/operations.md'), 'utf8'),
  ) ?? [];

/** The settings that the guide recommends, by provider. */
const RECIPES = new Map<string, Variables>(
  [...section.matchAll(/^### (.+)\n\n```properties\n([^]*?)```$/gm)].map(([, provider = '', text = '']) => [
    provider,
    Object.fromEntries(
      [...text.matchAll(/^([A-Z_]+)=(.+)$/gm)].map(([, name = '', value = '']) => [name, value]),
    ),
  ]),
);

/** A machine token as a provider documents it, and the outcomes for this and other tokens of the provider. */
interface Provider {
  readonly header: Readonly<Record<string, string>>;
  readonly claims: Claims;
  readonly caller: string;
  readonly scopes: readonly string[];
  /** The outcome of other tokens: the reason for a refusal, or the scopes. */
  readonly others: Readonly<Record<string, readonly [Claims, string | readonly string[]]>>;
}

const ENTRA_TENANT = '11111111-2222-3333-4444-555555555555';
const ENTRA_API = 'aaaaaaaa-1111-4111-8111-aaaaaaaaaaaa';
const ENTRA_CLIENT = 'bbbbbbbb-2222-4222-8222-bbbbbbbbbbbb';
const ENTRA = {
  ...TIMES,
  aud: ENTRA_API,
  iss: `https://login.microsoftonline.com/${ENTRA_TENANT}/v2.0`,
  nbf: NOW,
  aio: 'opaque',
  oid: 'cccccccc-3333-4333-8333-cccccccccccc',
  rh: 'opaque',
  sub: 'cccccccc-3333-4333-8333-cccccccccccc',
  tid: ENTRA_TENANT,
  uti: 'opaque',
  ver: '2.0',
};
const ENTRA_MACHINE = {
  ...ENTRA,
  azp: ENTRA_CLIENT,
  azpacr: '1',
  roles: ['sessions.read', 'sessions.write'],
};

const COGNITO_CLIENT = '1example23456789billing';
const COGNITO = {
  ...TIMES,
  iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE',
  auth_time: NOW,
  jti: 'dddddddd-4444-4444-8444-dddddddddddd',
};
const COGNITO_MACHINE = {
  ...COGNITO,
  sub: COGNITO_CLIENT,
  token_use: 'access',
  scope: 'https://api.example.com/sessions.read https://api.example.com/sessions.end',
  version: 2,
  client_id: COGNITO_CLIENT,
};

const AUTH0 = { ...TIMES, iss: 'https://example.eu.auth0.com/' };
const AUTH0_MACHINE = {
  ...AUTH0,
  sub: 'billingClientId@clients',
  aud: 'https://api.example.com/guest-sessions',
  azp: 'billingClientId',
  scope: 'read:sessions',
  gty: 'client-credentials',
  permissions: ['read:sessions'],
};

const KEYCLOAK = {
  ...TIMES,
  jti: 'trrtcc:eeeeeeee-5555-4555-8555-eeeeeeeeeeee',
  iss: 'https://keycloak.example.com/realms/main',
  sub: 'ffffffff-6666-4666-8666-ffffffffffff',
  azp: 'billing',
  acr: '1',
};
const KEYCLOAK_MACHINE = {
  ...KEYCLOAK,
  aud: ['guest-sessions', 'account'],
  typ: 'Bearer',
  'allowed-origins': ['/*'],
  realm_access: { roles: ['offline_access', 'default-roles-main'] },
  resource_access: { account: { roles: ['manage-account'] } },
  scope: 'sessions.read messages.read profile email',
  clientHost: '10.0.0.7',
  email_verified: false,
  preferred_username: 'service-account-billing',
  clientAddress: '10.0.0.7',
  client_id: 'billing',
};

const OKTA_CLIENT = '0oa1exampleBilling';
const OKTA = { ...TIMES, ver: 1, iss: 'https://example.okta.com/oauth2/aus1example' };
const OKTA_MACHINE = {
  ...OKTA,
  jti: 'AT.example',
  aud: 'api://guest-sessions',
  cid: OKTA_CLIENT,
  scp: ['sessions.read', 'sessions.write'],
  sub: OKTA_CLIENT,
};

const KUBERNETES_MACHINE = {
  ...TIMES,
  aud: ['guest-sessions'],
  iss: 'https://kubernetes.default.svc.cluster.local',
  jti: 'abababab-7777-4777-8777-abababababab',
  'kubernetes.io': {
    namespace: 'crm',
    node: { name: 'node-1', uid: 'cdcdcdcd-8888-4888-8888-cdcdcdcdcdcd' },
    pod: { name: 'billing-0', uid: 'efefefef-9999-4999-8999-efefefefefef' },
    serviceaccount: { name: 'billing', uid: '12121212-0000-4000-8000-121212121212' },
    warnafter: NOW + 3_607,
  },
  nbf: NOW,
  sub: 'system:serviceaccount:crm:billing',
};

const PROVIDERS: Readonly<Record<string, Provider>> = {
  'Microsoft Entra ID': {
    header: JWT,
    claims: ENTRA_MACHINE,
    caller: ENTRA_CLIENT,
    scopes: ['sessions.read', 'sessions.write'],
    others: {
      'an ID token of a user with a role': [
        {
          ...ENTRA,
          name: 'User',
          nonce: 'n-1',
          preferred_username: 'user@example.com',
          roles: ['sessions.read'],
        },
        'claims',
      ],
      'a token for Microsoft Graph': [
        { ...ENTRA_MACHINE, aud: '00000003-0000-0000-c000-000000000000' },
        'audience',
      ],
      'a token of another tenant': [
        {
          ...ENTRA_MACHINE,
          iss: 'https://login.microsoftonline.com/99999999-2222-3333-4444-555555555555/v2.0',
        },
        'issuer',
      ],
      'a token without roles': [{ ...ENTRA_MACHINE, roles: undefined }, []],
      'a delegated token of a user': [{ ...ENTRA_MACHINE, roles: undefined, scp: 'sessions.read' }, []],
    },
  },
  'Amazon Cognito': {
    header: NO_TYPE,
    claims: COGNITO_MACHINE,
    caller: COGNITO_CLIENT,
    scopes: ['sessions.read', 'sessions.end'],
    others: {
      'an ID token': [
        { ...COGNITO, sub: 'user', aud: COGNITO_CLIENT, token_use: 'id', 'cognito:username': 'user' },
        'type',
      ],
      'a token of another app client': [
        { ...COGNITO_MACHINE, client_id: 'another', sub: 'another' },
        'audience',
      ],
      'a token that is bound to another resource': [
        { ...COGNITO_MACHINE, aud: 'https://other.example.com' },
        'audience',
      ],
      'a token for another resource server': [
        { ...COGNITO_MACHINE, scope: 'https://other.example.com/sessions.read' },
        [],
      ],
      'a token of a sign-in': [{ ...COGNITO_MACHINE, scope: 'aws.cognito.signin.user.admin' }, []],
    },
  },
  Auth0: {
    header: JWT,
    claims: AUTH0_MACHINE,
    caller: 'billingClientId@clients',
    scopes: ['sessions.read'],
    others: {
      'an ID token': [
        {
          ...AUTH0,
          sub: 'auth0|1',
          aud: 'billingClientId',
          nonce: 'n-1',
          sid: 's',
          permissions: ['read:sessions'],
        },
        'audience',
      ],
      'a token for the management API': [
        { ...AUTH0_MACHINE, aud: 'https://example.eu.auth0.com/api/v2/' },
        'audience',
      ],
      'a token without permissions': [{ ...AUTH0_MACHINE, permissions: [] }, []],
      'a token with a permission of several scopes': [
        { ...AUTH0_MACHINE, permissions: ['manage:sessions'] },
        ['sessions.read', 'sessions.write', 'sessions.end'],
      ],
      'a token with a permission that the map does not name': [
        { ...AUTH0_MACHINE, permissions: ['sessions.read'] },
        [],
      ],
      'a token of an API without RBAC': [{ ...AUTH0_MACHINE, permissions: undefined }, []],
    },
  },
  Keycloak: {
    header: JWT,
    claims: KEYCLOAK_MACHINE,
    caller: 'billing',
    scopes: ['sessions.read', 'messages.read'],
    others: {
      'an ID token': [{ ...KEYCLOAK, aud: 'billing', typ: 'ID', at_hash: 'x' }, 'audience'],
      'an ID token for the client of this service': [
        { ...KEYCLOAK, aud: 'guest-sessions', typ: 'ID', scope: 'sessions.read' },
        'type',
      ],
      'a refresh token': [{ ...KEYCLOAK_MACHINE, typ: 'Refresh' }, 'type'],
      'a token for another client': [{ ...KEYCLOAK_MACHINE, aud: 'account' }, 'audience'],
      'a token without the client scopes': [{ ...KEYCLOAK_MACHINE, scope: 'profile email' }, []],
      'a token without any client scope': [{ ...KEYCLOAK_MACHINE, scope: '' }, 'claims'],
    },
  },
  Okta: {
    header: NO_TYPE,
    claims: OKTA_MACHINE,
    caller: OKTA_CLIENT,
    scopes: ['sessions.read', 'sessions.write'],
    others: {
      'an ID token': [
        { ...OKTA, jti: 'ID.example', sub: '00u1', aud: OKTA_CLIENT, at_hash: 'x' },
        'audience',
      ],
      'an ID token that names this service': [
        { ...OKTA, jti: 'ID.example', sub: '00u1', aud: 'api://guest-sessions', at_hash: 'x' },
        'type',
      ],
      'a token for another audience': [{ ...OKTA_MACHINE, aud: 'api://default' }, 'audience'],
      'a token of the org authorization server': [
        { ...OKTA_MACHINE, iss: 'https://example.okta.com', aud: 'https://example.okta.com' },
        'issuer',
      ],
      'a token with scopes of others': [{ ...OKTA_MACHINE, scp: ['orders.read'] }, []],
    },
  },
  'Kubernetes service accounts': {
    header: NO_TYPE,
    claims: KUBERNETES_MACHINE,
    caller: 'system:serviceaccount:crm:billing',
    scopes: ['sessions.read', 'sessions.write'],
    others: {
      'a token for the API server': [
        { ...KUBERNETES_MACHINE, aud: ['https://kubernetes.default.svc.cluster.local'] },
        'audience',
      ],
      'a token from a secret, which names no audience': [
        {
          iss: 'kubernetes/serviceaccount',
          'kubernetes.io/serviceaccount/namespace': 'crm',
          sub: 'system:serviceaccount:crm:billing',
        },
        'audience',
      ],
      'a token of a service account that is not named': [
        { ...KUBERNETES_MACHINE, sub: 'system:serviceaccount:other:billing', scope: 'sessions.read' },
        [],
      ],
      'a token of another service account': [
        { ...KUBERNETES_MACHINE, sub: 'system:serviceaccount:crm:support' },
        ['sessions.read'],
      ],
    },
  },
};

describe('docs/operations.md, Machine tokens of identity providers', () => {
  let keys: RemoteJwkSet;
  let sign: (header: Readonly<Record<string, string>>, claims: Claims) => Promise<string>;
  const clock = new SettableClock();

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const source = new FakeJwksSource();
    source.answer = { keys: [{ ...(await exportJWK(publicKey)), kid: 'key', use: 'sig' }] };
    clock.at = NOW * 1000;
    const metrics = new ReadableMetrics();
    keys = new RemoteJwkSet(source, clock, new AccessTelemetry(metrics), metrics);
    sign = (header, claims) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'key', ...header }).sign(privateKey);
  });

  /** The caller and its scopes, or the reason for the refusal. */
  async function outcomeOf(
    provider: string,
    claims: Claims,
  ): Promise<string | readonly [string, readonly string[]]> {
    const config = new AccessConfig(readEnvironment({ ...MINIMAL, ...RECIPES.get(provider) }));
    const token = await sign(PROVIDERS[provider]?.header ?? {}, claims);
    try {
      const { name, scopes } = await new JwtAuthenticator(config, keys, clock).authenticate(
        `Bearer ${token}`,
      );
      return [name, [...scopes]];
    } catch (error) {
      if (error instanceof UnauthenticatedError) return error.hiddenReason;
      throw error;
    }
  }

  it('has one recipe for each provider, complete for ACCESS_MODE=jwt', () => {
    expect([...RECIPES.keys()]).toEqual(Object.keys(PROVIDERS));
    expect(section.match(/^### /gm)).toHaveLength(RECIPES.size);
    for (const recipe of RECIPES.values()) expect(recipe).toMatchObject({ ACCESS_MODE: 'jwt' });
  });

  describe.each(Object.entries(PROVIDERS))('%s', (provider, { claims, caller, scopes, others }) => {
    it('is accepted with the settings of its recipe', async () => {
      expect(await outcomeOf(provider, claims)).toEqual([caller, scopes]);
    });

    it.each(Object.entries(others))('is distinguished from %s', async (_, [otherClaims, expected]) => {
      const outcome = await outcomeOf(provider, otherClaims);

      expect(typeof outcome === 'string' ? outcome : outcome[1]).toEqual(expected);
    });
  });
});
