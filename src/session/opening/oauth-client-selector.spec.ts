import { Caller } from '../../access/domain/caller';
import { aSession, anActiveSession } from '../domain/session.builder';
import { SessionLimitReachedError } from '../domain/session.errors';
import { aClient } from '../ports/upstream-capacity.fake';
import { OAuthClientSelector } from './oauth-client-selector';
import { FakeSessionServices } from '../session-services.fake';

/** With intervals of two minutes at most, this carries two sessions. */
const TWO_SESSIONS = 2 / 120_000;

let services: FakeSessionServices;
let clientSelector: OAuthClientSelector;

beforeEach(() => {
  services = new FakeSessionServices();
  clientSelector = services.clientSelector;
});

describe(OAuthClientSelector.name, () => {
  it('chooses the client with the largest part of its budget left, not the one with most tokens', async () => {
    services.capacity.clients = [
      aClient('busy', { left: 9, beatsPerMs: 10 * TWO_SESSIONS }),
      aClient('small', { left: 9, beatsPerMs: TWO_SESSIONS }),
      aClient('large', { left: 5, beatsPerMs: 10 * TWO_SESSIONS }),
    ];
    services.store.given(
      ...Array.from({ length: 3 }, () => anActiveSession({ oauthClient: 'busy' })),
      anActiveSession({ oauthClient: 'small' }),
      ...Array.from({ length: 2 }, () => anActiveSession({ oauthClient: 'large' })),
    );

    expect(await clientSelector.select('fake', Caller.anonymous)).toMatchObject({ oauthClient: 'large' });
  });

  it('refuses a journey context over a channel that does not support it', async () => {
    const choice = clientSelector.select('fake', Caller.anonymous, { journeyContext: { customerId: 'c-1' } });

    await expect(choice).rejects.toMatchObject({ code: 'not-supported-by-channel' });
    expect(services.store.count).toBe(0);
  });

  it('chooses among equals the one that could send most at once', async () => {
    services.capacity.clients = [
      aClient('a', { left: 5 }),
      aClient('b', { left: 9 }),
      aClient('c', { left: 7 }),
    ];

    expect(await clientSelector.select('fake', Caller.anonymous)).toMatchObject({ oauthClient: 'b' });
  });

  it('chooses a client that could send nothing at the moment only when there is no other', async () => {
    const spent = aClient('spent', { left: 0.5 });
    services.capacity.clients = [spent, aClient('busy', { left: 3 })];
    services.store.given(anActiveSession({ oauthClient: 'busy' }));
    expect(await clientSelector.select('fake', Caller.anonymous)).toMatchObject({ oauthClient: 'busy' });

    services.capacity.clients = [spent];
    expect(await clientSelector.select('fake', Caller.anonymous)).toMatchObject({ oauthClient: 'spent' });
  });

  it('skips a client that is full, however much it has left', async () => {
    services.capacity.clients = [
      aClient('full', { left: 1_000, beatsPerMs: TWO_SESSIONS }),
      aClient('free', { left: 1, beatsPerMs: TWO_SESSIONS }),
    ];
    services.store.given(aSession({ oauthClient: 'full' }), anActiveSession({ oauthClient: 'full' }));

    expect(await clientSelector.select('fake', Caller.anonymous)).toEqual({
      oauthClient: 'free',
      holder: 'here',
      limits: { total: 500, ofClient: 2 },
    });
  });

  it('chooses a client that the login refuses only when there is no other', async () => {
    const refused = aClient('refused', { isRefused: true, left: 1_000 });
    services.capacity.clients = [refused, aClient('well', { left: 0 })];
    expect(await clientSelector.select('fake', Caller.anonymous)).toMatchObject({ oauthClient: 'well' });

    services.capacity.clients = [refused];
    expect(await clientSelector.select('fake', Caller.anonymous)).toMatchObject({ oauthClient: 'refused' });
  });

  it('has no place when no client carries one session more', async () => {
    services.capacity.clients = ['a', 'b'].map((id) => aClient(id, { beatsPerMs: 0 }));

    const error = await clientSelector.select('fake', Caller.anonymous).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(SessionLimitReachedError);
    expect(error).toMatchObject({ code: 'session-limit-reached', reason: 'upstream-budget' });
  });

  it('limits what a caller may have beside others, of the slots and of what the clients carry', async () => {
    services = new FakeSessionServices({ ACCESS_MODE: 'jwt' });
    services.capacity.clients = [aClient('a', { beatsPerMs: 10 * TWO_SESSIONS })];
    const caller = new Caller('billing', new Set(['sessions.write']));
    const single = new FakeSessionServices({ ACCESS_MODE: 'keys' });

    expect((await services.clientSelector.select('fake', caller)).limits).toEqual({
      total: 500,
      ofClient: 20,
      ofCaller: { total: 250, onClients: 10 },
    });
    expect((await services.clientSelector.select('fake', Caller.anonymous)).limits).not.toHaveProperty(
      'ofCaller',
    );
    expect((await single.clientSelector.select('fake', caller)).limits).not.toHaveProperty('ofCaller');
  });

  it('gives limits that hold for reservations that come at the same time', async () => {
    services.capacity.clients = [aClient('a', { beatsPerMs: TWO_SESSIONS })];
    const { limits } = await clientSelector.select('fake', Caller.anonymous);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => services.store.reserve(aSession({ oauthClient: 'a' }), limits)),
    );

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(services.store.count).toBe(2);
  });
});
