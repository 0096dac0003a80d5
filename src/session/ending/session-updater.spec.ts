import { FakeLease } from '../../replica/ports/lease.fake';
import { StorageUnavailableError } from '../../common/errors/storage-unavailable.errors';
import { SystemClock } from '../../common/time/system-clock';
import { anActiveSession } from '../domain/session.builder';
import { SessionChangedError, SessionNotFoundError } from '../domain/session.errors';
import { FakeSessionStore } from '../ports/session.store.fake';
import { SessionUpdater } from './session-updater';

const NOW = 1_800_000_000_000;

let store: FakeSessionStore;
let writer: SessionUpdater;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  store = new FakeSessionStore();
  writer = new SessionUpdater(store, new SystemClock(), new FakeLease());
});
afterEach(() => {
  jest.useRealTimers();
});

describe(SessionUpdater.name, () => {
  it('saves what the change made of the stored session, at the time of the clock', async () => {
    const { conversationId } = anActiveSession();
    store.given(anActiveSession({ conversationId }));

    const { session, changed } = await writer.apply(conversationId, (found, now) =>
      found.end('requested', now),
    );

    expect(changed).toBe(true);
    expect(session.snapshot).toEqual(store.row(conversationId));
    expect(store.row(conversationId)).toMatchObject({ state: 'terminating', endedAt: NOW, version: 2 });
  });

  it('saves nothing when the change changed nothing', async () => {
    const active = anActiveSession();
    store.given(active);

    const { session, changed } = await writer.apply(active.conversationId, () => false);

    expect(changed).toBe(false);
    expect(session.snapshot).toEqual(active.snapshot);
    expect(store.calls).not.toContain('save');
  });

  it('reads and changes again after a conflict, and finds the other change', async () => {
    const active = anActiveSession();
    store.given(active);
    store.interfereNext(active.conversationId, (other) => other.end('duration-limit', NOW));

    const { session, changed } = await writer.apply(active.conversationId, (found, now) =>
      found.end('requested', now),
    );

    expect(changed).toBe(false);
    expect(session.snapshot).toMatchObject({ state: 'terminating', endReason: 'duration-limit' });
    expect(store.row(active.conversationId)).toMatchObject({ endReason: 'duration-limit', version: 2 });
  });

  it('records once what it had to save twice', async () => {
    const active = anActiveSession();
    store.given(active);
    store.failNext('save', new SessionChangedError());

    const { changed } = await writer.apply(active.conversationId, (found, now) => found.lose('gone', now));

    expect(changed).toBe(true);
    expect(store.events.map(({ state, sequence }) => [state, sequence])).toEqual([['disconnected', 2]]);
    expect(store.audit).toHaveLength(1);
  });

  it('throws after five conflicts in a row', async () => {
    const active = anActiveSession();
    store.given(active);
    store.failNext('save', ...Array.from({ length: 5 }, () => new SessionChangedError()));

    await expect(
      writer.apply(active.conversationId, (found, now) => found.end('requested', now)),
    ).rejects.toBeInstanceOf(SessionChangedError);
    expect(store.calls.filter((call) => call === 'save')).toHaveLength(5);
  });

  it('does not retry after another error', async () => {
    const active = anActiveSession();
    store.given(active);
    store.failNext('save', new StorageUnavailableError());

    await expect(
      writer.apply(active.conversationId, (found, now) => found.end('requested', now)),
    ).rejects.toBeInstanceOf(StorageUnavailableError);
    expect(store.calls).toEqual(['find', 'save']);
    expect(store.row(active.conversationId)).toMatchObject({ state: 'active', version: 1 });
  });

  it('knows no session that is not stored', async () => {
    await expect(writer.apply('nobody', () => true)).rejects.toBeInstanceOf(SessionNotFoundError);
  });
});
