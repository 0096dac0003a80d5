import { anAnswer } from '../transport/genesys-http-client.fake';
import { WebMessagingWorld } from '../web-messaging/web-messaging-world.fake';
import { anActiveSession } from '../../session/domain/session.builder';
import { conversationOf } from './participant-list.builder';
import { ConversationReconciler } from './conversation-reconciler';

const SIGNAL = new AbortController().signal;
const ENDED = conversationOf('analytics-details', [
  { id: 'p-0', purpose: 'customer', from: 0, answered: 0, to: 60, by: 'peer' },
  { id: 'p-1', purpose: 'agent', from: 5, answered: 6, to: 60, by: 'client', userId: 'agent-1' },
]);
const ENDED_SINGLY = conversationOf('message-conversation', [
  { id: 'p-0', purpose: 'customer', from: 0, answered: 0, to: 60, by: 'peer' },
  { id: 'p-1', purpose: 'agent', from: 5, answered: 6, to: 60, by: 'client', userId: 'agent-1' },
]);

describe(ConversationReconciler.name, () => {
  let world: WebMessagingWorld;
  let reconciler: ConversationReconciler;

  beforeEach(() => {
    jest.useFakeTimers();
    world = new WebMessagingWorld();
    reconciler = world.reconciler;
  });
  afterEach(async () => {
    await world.close();
    jest.useRealTimers();
  });

  async function reconcile(...sessions: readonly ReturnType<typeof anActiveSession>[]): Promise<void> {
    const reads = sessions.map((session) => reconciler.reconcile('c-1', session.snapshot, SIGNAL));
    await jest.advanceTimersByTimeAsync(6_000);
    await Promise.all(reads);
  }

  it('finds an end that no event has told', async () => {
    world.http.next(anAnswer(200, { conversations: [ENDED] }), anAnswer(200, ENDED_SINGLY));
    await reconcile(anActiveSession());

    expect(world.facts.taken.flatMap(({ facts }) => facts)).toContainEqual(
      expect.objectContaining({ kind: 'ended', by: 'agent' }),
    );
  });

  it('reads many conversations in one request, and each of them again after half a minute', async () => {
    const sessions = [anActiveSession(), anActiveSession()];
    world.http.next(anAnswer(200, { conversations: [ENDED] }), anAnswer(200, ENDED_SINGLY));
    world.http.next(anAnswer(200, ENDED_SINGLY));
    await reconcile(...sessions);
    const { length } = world.http.requests;
    await reconcile(...sessions);

    expect(world.http.requests.filter(({ url }) => url.includes('analytics'))).toHaveLength(1);
    expect(world.http.requests).toHaveLength(length);
  });

  it('reads each conversation with its next beat after a gap of the events', async () => {
    const session = anActiveSession();
    world.http.next(anAnswer(404), anAnswer(404), anAnswer(404), anAnswer(404));
    await reconcile(session);
    reconciler.readAll();
    await reconcile(session);

    expect(world.http.requests.filter(({ url }) => url.includes('analytics'))).toHaveLength(2);
  });

  it('reads again with the next beat after a read that failed', async () => {
    const session = anActiveSession();
    world.http.next(anAnswer(500), anAnswer(404), anAnswer(404));
    await reconcile(session);
    await reconcile(session);

    expect(world.http.requests.filter(({ url }) => url.includes('analytics'))).toHaveLength(2);
  });

  it('does not ask again for ten minutes where it may not read', async () => {
    world.http.next(anAnswer(403));
    await reconcile(anActiveSession());
    await reconcile(anActiveSession());

    expect(world.http.requests).toHaveLength(1);
  });
});
