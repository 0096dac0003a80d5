import { AccessConfig, type TokenIssuer } from '../../config/access.config';
import { Environment } from '../../config/environment';
import { UnauthenticatedError } from '../domain/access.errors';
import { callerIn, requireAudience, scopesIn } from './token-claims';

/** Claims, and the value or the reason for the refusal. */
type Case = readonly [Readonly<Record<string, unknown>>, unknown];

function issuerWith(settings: Partial<Environment>): TokenIssuer {
  return new AccessConfig(Object.assign(new Environment(), settings)).issuer;
}

/** The value, or the reason for the refusal. */
function outcomeOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnauthenticatedError) return error.hiddenReason;
    throw error;
  }
}

/** Values that no configured claim may have. */
const MALFORMED: readonly unknown[] = [
  null,
  7,
  true,
  '',
  {},
  { a: 'sessions.read' },
  [''],
  [7],
  [['sessions.read']],
  'a\nb',
  'a\u0000b',
  'half \ud800',
];

describe(callerIn.name, () => {
  const azp = issuerWith({ AUTH_CALLER_CLAIM: 'azp' });

  it.each([
    ['billing', 'billing'],
    ['c'.repeat(255), 'c'.repeat(255)],
    ['😀'.repeat(255), '😀'.repeat(255)],
    ['c'.repeat(256), 'claims'],
    ['😀'.repeat(256), 'claims'],
    [['billing'], 'claims'],
    ...MALFORMED.map((claim) => [claim, 'claims']),
  ])('takes the configured claim %j', (claim, outcome) => {
    expect(outcomeOf(() => callerIn({ azp: claim, sub: 'other' }, azp))).toBe(outcome);
  });

  it('replaces an absent claim by no other claim and by no inherited property', () => {
    expect(outcomeOf(() => callerIn({ sub: 'billing' }, azp))).toBe('claims');
    for (const name of ['constructor', 'toString', '__proto__']) {
      expect(outcomeOf(() => callerIn({ sub: 'x' }, issuerWith({ AUTH_CALLER_CLAIM: name })))).toBe('claims');
    }
  });
});

describe(requireAudience.name, () => {
  const issuer = issuerWith({ AUTH_AUDIENCE_CLAIM: 'client_id', AUTH_AUDIENCE: 'billing, support' });

  it.each<Case>([
    [{ client_id: 'billing' }, undefined],
    [{ client_id: 'support' }, undefined],
    [{ client_id: ['another', 'support'] }, undefined],
    [{ client_id: 'billing', aud: ['another', 'billing'] }, undefined],
    [{ client_id: 'billing, support' }, 'audience'],
    [{ client_id: 'another' }, 'audience'],
    [{ client_id: [] }, 'audience'],
    [{}, 'audience'],
    [{ aud: 'billing' }, 'audience'],
    [{ client_id: 'billing', aud: 'another' }, 'audience'],
    [{ client_id: 'c'.repeat(256) }, 'claims'],
    [{ client_id: ['billing', 7] }, 'claims'],
    [{ client_id: 'billing', aud: 7 }, 'claims'],
    ...MALFORMED.map((claim) => [{ client_id: claim }, 'claims'] as const),
  ])('judges %j', (claims, outcome) => {
    expect(
      outcomeOf(() => {
        requireAudience(claims, issuer);
      }),
    ).toBe(outcome);
  });
});

describe(scopesIn.name, () => {
  function scopesOf(claims: Readonly<Record<string, unknown>>, settings: Partial<Environment>): unknown {
    const { scopes } = issuerWith(settings);
    return outcomeOf(() => [...scopesIn(claims, 'billing', scopes)]);
  }

  const ROLES = { AUTH_SCOPE_CLAIM: 'roles' };

  it.each([
    [{ scope: 'openid sessions.read', scp: 'sessions.end' }, ['sessions.read']],
    [{ scp: ['sessions.end', 7] }, ['sessions.end']],
    [{ scope: 7 }, []],
    [{ roles: ['sessions.read'] }, []],
  ])('reads scope, or else scp, without settings: %j', (claims, scopes) => {
    expect(scopesOf(claims, {})).toEqual(scopes);
  });

  it.each<Case>([
    [{ roles: ['sessions.read', 'Another.Role', 'sessions.read'] }, ['sessions.read']],
    [{ roles: 'sessions.read  sessions.end' }, ['sessions.read', 'sessions.end']],
    [{ roles: ['sessions.read sessions.end'] }, []],
    [{ roles: ['r'.repeat(1_024)] }, []],
    [{ roles: ['r'.repeat(1_025)] }, 'claims'],
    [{ roles: ' ' }, 'claims'],
    [{ roles: [] }, []],
    [{ scope: 'sessions.read', scp: 'sessions.read' }, []],
    ...MALFORMED.map((claim) => [{ roles: claim, scope: 'sessions.read' }, 'claims'] as const),
  ])('reads the configured claim alone: %j', (claims, outcome) => {
    expect(scopesOf(claims, ROLES)).toEqual(outcome);
  });

  it('removes the prefix, and ignores words without it', () => {
    const settings = { AUTH_SCOPE_CLAIM: 'scope', AUTH_SCOPE_PREFIX: 'api/' };
    const scope =
      'api/sessions.read sessions.end other/sessions.write api/api/audit.read api/ API/audit.read';

    expect(scopesOf({ scope }, settings)).toEqual(['sessions.read']);
  });

  it('gives the scopes of the map, and ignores words that it does not name', () => {
    const settings: Partial<Environment> = {
      AUTH_SCOPE_CLAIM: 'scope',
      AUTH_SCOPE_PREFIX: 'api/',
      AUTH_SCOPE_MAP: { reader: ['sessions.read', 'messages.read'] },
    };
    const scope = 'api/reader reader api/audit.read api/constructor api/__proto__';

    expect(scopesOf({ scope }, settings)).toEqual(['sessions.read', 'messages.read']);
  });

  it('gives the scopes of the caller, whatever scopes the token has', () => {
    const scope = 'audit.read';

    expect(scopesOf({ scope }, { AUTH_CALLER_SCOPES: { billing: ['sessions.read'] } })).toEqual([
      'sessions.read',
    ]);
    expect(scopesOf({ scope }, { AUTH_CALLER_SCOPES: { support: ['sessions.read'] } })).toEqual([]);
  });
});
