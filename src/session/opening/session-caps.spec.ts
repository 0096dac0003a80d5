import { newApiKey } from '../../access/api-key';
import { Caller } from '../../access/domain/caller';
import type { ScopeName } from '../../common/access/scope';
import { AccessConfig } from '../../config/access.config';
import { Environment } from '../../config/environment';
import { HeartbeatConfig } from '../../config/heartbeat.config';
import { SessionConfig } from '../../config/session.config';
import type { CallerLimits } from '../ports/session.store';
import { aClient, FakeUpstreamCapacity } from '../ports/upstream-capacity.fake';
import { SessionCaps } from './session-caps';

const capacity = new FakeUpstreamCapacity();
const BILLING = new Caller('billing', new Set(['sessions.write']));

function entry(name: string, ...scopes: ScopeName[]): object {
  return newApiKey({ name, scopes }).entry;
}

function capsWith(settings: object, ...keys: object[]): SessionCaps {
  const environment = Object.assign(new Environment(), { API_KEYS: keys }, settings);
  return new SessionCaps(
    new SessionConfig(environment),
    new AccessConfig(environment),
    capacity,
    new HeartbeatConfig(environment),
  );
}

/** The shares of a caller when the OAuth clients carry `onClients` sessions. */
function sharesOf(caps: SessionCaps, caller: Caller, onClients: number): CallerLimits {
  const { stretchMaxMs } = new HeartbeatConfig(new Environment());
  capacity.clients = [aClient('a', { beatsPerMs: (onClients + 0.5) / stretchMaxMs })];
  return caps.of(caller);
}

const SEVERAL = [entry('billing', 'sessions.write'), entry('support', 'sessions.write')];

describe(SessionCaps.name, () => {
  it('leaves a part of the places to others where several callers can open sessions', () => {
    expect(sharesOf(capsWith({}, ...SEVERAL), BILLING, 120)).toEqual({ total: 250, onClients: 60 });
    expect(sharesOf(capsWith({ ACCESS_MODE: 'jwt' }), BILLING, 120)).toEqual({ total: 250, onClients: 60 });
  });

  it.each([
    [1, 1],
    [2, 1],
    [10, 5],
    [19, 9],
  ])('gives a caller of several, out of %i places, %i', (total, share) => {
    const caps = capsWith({ SESSION_MAX_CONCURRENT: total }, ...SEVERAL);

    expect(sharesOf(caps, BILLING, total)).toEqual({ total: share, onClients: share });
  });

  it('gives all places to the only caller that can open sessions, however many keys and readers there are', () => {
    const keys = [entry('billing', 'sessions.write'), entry('billing', 'sessions.write')];

    expect(sharesOf(capsWith({}, ...keys, entry('console', 'sessions.read')), BILLING, 120)).toEqual({
      total: 500,
      onClients: 120,
    });
  });

  it('gives all slots to anonymous callers, whatever the limit per caller', () => {
    const caps = capsWith({ ACCESS_MODE: 'open', SESSION_MAX_PER_CALLER: 3 });

    const forwarded = new Caller('anonymous', Caller.anonymous.scopes, '');
    for (const caller of [Caller.anonymous, forwarded])
      expect(sharesOf(caps, caller, 120)).toEqual({ total: 500, onClients: 120 });
  });

  it('prefers what the key says to the setting, and the setting to the default, up to what there is', () => {
    const caps = capsWith({ SESSION_MAX_PER_CALLER: 200 }, ...SEVERAL);
    const withOwn = (maxSessions: number): Caller =>
      new Caller('batch', BILLING.scopes, 'batch', { maxSessions });

    expect(sharesOf(caps, BILLING, 120)).toEqual({ total: 200, onClients: 120 });
    expect(sharesOf(caps, withOwn(7), 120)).toEqual({ total: 7, onClients: 7 });
    expect(sharesOf(caps, withOwn(9_000), 120)).toEqual({ total: 500, onClients: 120 });
  });

  it('caps the sessions of a client at those that it carries with every interval at its longest', () => {
    const caps = capsWith({});
    capacity.clients = ['a', 'b'].map((id) => aClient(id, { beatsPerMs: 10 / 30_000 }));

    expect(caps.clients.map(({ id, cap }) => [id, cap])).toEqual([
      ['a', 40],
      ['b', 40],
    ]);
    expect(caps.onClients).toBe(80);
  });
});
