import { InvalidRequestError } from '../common/errors/invalid-request.errors';
import { FakeHeartbeatPlan } from '../heartbeat/domain/heartbeat-plan.fake';
import { ALL_SESSIONS } from './domain/access-scope';
import { aSession, anActiveSession } from './domain/session.builder';
import { SessionNotFoundError } from './domain/session.errors';
import type { SessionFilter } from './domain/session-filter';
import { SessionQueries } from './session.queries';
import { FakeSessionServices } from './session-services.fake';

const NOW = 1_800_000_000_000;

let services: FakeSessionServices;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  services = new FakeSessionServices();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Walks through a list, page by page. */
async function pages(query: { limit: number }, filter: SessionFilter = ALL_SESSIONS): Promise<string[][]> {
  const found: string[][] = [];
  let cursor: string | null = null;
  do {
    const page = await services.queries.list(cursor === null ? query : { ...query, cursor }, filter);
    found.push(page.sessions.map(({ conversationId }) => conversationId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

describe(SessionQueries.name, () => {
  describe('a list', () => {
    it('shows the newest first, each session once, over all its pages', async () => {
      const sessions = [5, 3, 3, 3, 1, 4, 2].map((age) => aSession({ createdAt: NOW - age }));
      services.store.given(...sessions);

      const found = await pages({ limit: 3 });

      expect(found.map((page) => page.length)).toEqual([3, 3, 1]);
      const ages = found.flat().map((id) => NOW - services.store.row(id).createdAt);
      expect(ages).toEqual([1, 2, 3, 3, 3, 4, 5]);
      expect(new Set(found.flat()).size).toBe(7);
    });

    it('ends without a cursor on a page that is exactly full', async () => {
      services.store.given(aSession(), aSession());

      expect(await pages({ limit: 2 })).toHaveLength(1);
      expect(await pages({ limit: 1 })).toHaveLength(2);
    });

    it('is one empty page when there is nothing', async () => {
      expect(await services.queries.list({ limit: 10 }, ALL_SESSIONS)).toEqual({
        sessions: [],
        nextCursor: null,
      });
    });

    it('shows only the requested state, on every page', async () => {
      services.store.given(aSession(), anActiveSession(), aSession(), anActiveSession(), anActiveSession());

      const found = await pages({ limit: 2 }, { state: 'active' });

      expect(found.flat()).toHaveLength(3);
      expect(found.flat().every((id) => services.store.row(id).state === 'active')).toBe(true);
    });

    it('neither repeats nor skips what was there, while others come', async () => {
      services.store.given(...[1, 2, 3, 4].map((age) => aSession({ createdAt: NOW - age })));
      const first = await services.queries.list({ limit: 2 }, ALL_SESSIONS);
      services.store.given(aSession({ createdAt: NOW }));

      const second = await services.queries.list({ limit: 2, cursor: first.nextCursor ?? '' }, ALL_SESSIONS);

      const ages = [...first.sessions, ...second.sessions].map(({ snapshot }) => NOW - snapshot.createdAt);
      expect(ages).toEqual([1, 2, 3, 4]);
    });

    it("shows one caller's own where its reach ends there, on every page", async () => {
      const [own, other] = ['billing', 'support'];
      services.store.given(...[own, other, own, '', own].map((owner) => aSession({ owner })));

      const found = await pages({ limit: 2 }, { owner: own });

      expect(found.map((page) => page.length)).toEqual([2, 1]);
      expect(found.flat().every((id) => services.store.row(id).owner === own)).toBe(true);
    });

    it('refuses the cursor of the list of another caller', async () => {
      services.store.given(aSession({ owner: 'billing' }), aSession({ owner: 'billing' }));
      const { nextCursor } = await services.queries.list({ limit: 1 }, { owner: 'billing' });

      for (const reach of [ALL_SESSIONS, { owner: 'support' }]) {
        await expect(
          services.queries.list({ limit: 1, cursor: nextCursor ?? '' }, reach),
        ).rejects.toBeInstanceOf(InvalidRequestError);
      }
    });

    it('refuses the cursor of another list', async () => {
      services.store.given(anActiveSession(), anActiveSession());
      const { nextCursor } = await services.queries.list({ limit: 1 }, { state: 'active' });

      await expect(
        services.queries.list({ limit: 1, cursor: nextCursor ?? '' }, ALL_SESSIONS),
      ).rejects.toBeInstanceOf(InvalidRequestError);
    });
  });

  describe('a session', () => {
    it('is found by its conversation id', async () => {
      const session = anActiveSession();
      services.store.given(session);

      expect((await services.queries.get(session.conversationId, ALL_SESSIONS)).snapshot).toEqual(
        session.snapshot,
      );
    });

    it('is not found when there is none', async () => {
      await expect(
        services.queries.get('00000000-0000-4000-8000-999999999999', ALL_SESSIONS),
      ).rejects.toBeInstanceOf(SessionNotFoundError);
    });

    it('is not found when it is out of reach', async () => {
      const session = anActiveSession({ owner: 'billing' });
      services.store.given(session, anActiveSession());
      const get = (owner: string) => services.queries.get(session.conversationId, { owner });

      expect((await get('billing')).conversationId).toBe(session.conversationId);
      for (const owner of ['support', '', 'billin', 'BILLING']) {
        await expect(get(owner)).rejects.toBeInstanceOf(SessionNotFoundError);
      }
    });

    it.each(['nonsense', '', '../sessions', 'A0000000-0000-4000-8000-000000000000', "' or 1=1 --"])(
      'is not looked for by what could never be an id: %p',
      async (conversationId) => {
        await expect(services.queries.get(conversationId, ALL_SESSIONS)).rejects.toBeInstanceOf(
          SessionNotFoundError,
        );
        expect(services.store.calls).toEqual([]);
      },
    );
  });

  describe('the heartbeat of a session', () => {
    it('is as it runs in this process', async () => {
      const session = anActiveSession();
      services.heartbeats.start(
        new FakeHeartbeatPlan(session.conversationId, () => ({ kind: 'failed', cause: 'upstream-error' })),
      );
      await jest.advanceTimersByTimeAsync(1_000);

      expect(services.queries.heartbeatOf(session)).toEqual({ intervalMs: 1_000, consecutiveFailures: 1 });
    });

    it('is as it is meant to be where none runs', () => {
      expect(services.queries.heartbeatOf(anActiveSession({ durationLimit: 120 }))).toEqual({
        intervalMs: 12_000,
        consecutiveFailures: 0,
      });
    });
  });
});
