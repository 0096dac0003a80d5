import { aFact, seconds } from '../domain/platform-fact.builder';
import { anActiveSession, aSession } from '../domain/session.builder';
import { FakeSessionServices } from '../session-services.fake';
import { SessionFacts } from './session-facts';

const BORN = { createdAt: seconds(0), startedAt: seconds(0), genesysConversationId: 'theirs' };
const THEIRS = { genesysConversationId: 'theirs' };

describe(SessionFacts.name, () => {
  let services: FakeSessionServices;
  let facts: SessionFacts;

  beforeEach(() => {
    services = new FakeSessionServices();
    facts = new SessionFacts(services.store, services.ending);
  });

  it('stores facts with the session of the conversation', async () => {
    const session = anActiveSession(BORN);
    services.store.given(session);
    const given = [aFact('waiting', 10), aFact('agent-joined', 20)];

    expect(await facts.take(THEIRS, given)).toBe('recorded');
    expect(await facts.take(THEIRS, given)).toBe('known');
    expect(services.store.row(session.conversationId).platformReport?.assignment?.state).toBe('agent');
    expect(services.store.events.map(({ state }) => state)).toEqual(['waiting', 'agent-joined']);
  });

  it('finds a session by the participant data, and stores the id of its conversation', async () => {
    const session = anActiveSession({ ...BORN, genesysConversationId: undefined } as never);
    services.store.given(session);
    const { conversationId } = session;

    expect(await facts.take({ ...THEIRS, conversationId }, [aFact('waiting', 10)])).toBe('recorded');
    expect(services.store.row(conversationId).genesysConversationId).toBe('theirs');
  });

  it.each([
    ['another conversation', { genesysConversationId: 'another' }],
    ['no conversation of ours', { genesysConversationId: 'another', conversationId: 'no-id' }],
  ])('does not take facts of %s', async (_case, reported) => {
    services.store.given(anActiveSession(BORN));

    expect(await facts.take(reported, [aFact('ended', 10)])).toBe('unknown-conversation');
  });

  it('does not let participant data claim the session of another conversation', async () => {
    const session = anActiveSession(BORN);
    services.store.given(session);
    const forged = { genesysConversationId: 'strangers', conversationId: session.conversationId };

    expect(await facts.take(forged, [aFact('ended', 10)])).toBe('unknown-conversation');
    expect(services.store.row(session.conversationId).state).toBe('active');
  });

  it('asks for another try while the session is being opened', async () => {
    services.store.given(aSession(BORN));

    expect(await facts.take(THEIRS, [aFact('waiting', 10)])).toBe('opening');
    expect(services.store.calls).not.toContain('save');
  });

  it('ends the session, and leaves what remains of the guest upstream to its holder', async () => {
    const session = anActiveSession(BORN);
    services.store.given(session);
    await facts.take(THEIRS, [aFact('ended', 50)]);

    expect(services.store.row(session.conversationId)).toMatchObject({
      state: 'disconnected',
      endReason: 'agent-ended',
      disconnect: 'pending',
    });
  });
});
