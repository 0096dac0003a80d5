import fc from 'fast-check';
import { isScopeName, type ScopeName, SCOPES } from '../../../src/common/access/scope';
import { aCaller, allBut, bearer, keysOf, type TestCaller } from '../callers';

/** The role of a request's sender: with the scope, without it, or without a valid credential. */
export type Role =
  | { readonly kind: 'member'; readonly name: Member }
  | { readonly kind: 'lacking' }
  | { readonly kind: 'unauthenticated'; readonly as: number };

export type Member = 'supervisor' | 'billing' | 'support';

/** A caller's credential and permissions; undefined for an unknown caller. */
export interface Identity {
  readonly headers: Readonly<Record<string, string>>;
  readonly scopes: readonly string[] | undefined;
}

const HOUR_MS = 3_600_000;

export const members: fc.Arbitrary<Member> = fc.constantFrom('supervisor', 'billing', 'support');

export const roles: fc.Arbitrary<Role> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('member' as const), name: members }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'lacking' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unauthenticated' as const), as: fc.nat(8) }) },
);

/**
 * All callers of a service with `ACCESS_MODE=keys`. Members own sessions; only the supervisor may access those of
 * others.
 */
export class FuzzCallers {
  private readonly members: Readonly<Record<Member, TestCaller>> = {
    supervisor: aCaller('supervisor'),
    billing: aCaller('billing', allBut('sessions.any')),
    support: aCaller('support', allBut('sessions.any')),
  };
  private readonly lacking = new Map(SCOPES.map((scope) => [scope, aCaller('lacking', allBut(scope))]));
  private readonly expired = aCaller('expired', SCOPES, new Date(Date.now() - HOUR_MS));
  private readonly invalid = invalidCredentials(this.members.supervisor, this.expired);

  get environment(): Readonly<Record<string, string>> {
    return keysOf(...this.known);
  }

  /** Secrets that no answer may contain. */
  get secrets(): readonly string[] {
    return this.known.flatMap(({ key, entry }) => [key.slice(-43), entry.sha256]);
  }

  member(name: Member): Identity {
    const { headers, entry } = this.members[name];
    return { headers, scopes: entry.scopes };
  }

  /** Returns a sender for a request that needs the scope. */
  of(role: Role, scope: string | undefined): Identity {
    if (role.kind === 'member') return this.member(role.name);
    if (role.kind === 'lacking') return this.without(isScopeName(scope) ? scope : 'sessions.any');
    return { headers: this.invalid[role.as % this.invalid.length] ?? {}, scopes: undefined };
  }

  private without(scope: ScopeName): Identity {
    const caller = this.lacking.get(scope);
    return caller === undefined
      ? { headers: {}, scopes: undefined }
      : { headers: caller.headers, scopes: caller.entry.scopes };
  }

  private get known(): TestCaller[] {
    return [...Object.values(this.members), ...this.lacking.values(), this.expired];
  }
}

function invalidCredentials(known: TestCaller, expired: TestCaller): Identity['headers'][] {
  const altered = known.key.slice(0, -2) + (known.key.endsWith('AA') ? 'BB' : 'AA');
  return [
    {},
    { authorization: '' },
    { authorization: known.key },
    { authorization: `Basic ${Buffer.from(`supervisor:${known.key}`).toString('base64')}` },
    { authorization: `Bearer ${known.key} ${known.key}` },
    bearer(altered),
    bearer(known.entry.sha256),
    expired.headers,
    aCaller('unknown').headers,
  ];
}
