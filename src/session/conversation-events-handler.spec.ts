import { RecordingLog } from '../audit/recording-log.fake';
import { Environment } from '../config/environment';
import { SessionConfig } from '../config/session.config';
import { anActiveSession } from './domain/session.builder';
import { ConversationEvents } from './ports/conversation-events';
import { ConversationEventsHandler } from './conversation-events-handler';
import { FakeSessionServices } from './session-services.fake';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

let services: FakeSessionServices;
let log: RecordingLog;
let events: ConversationEvents;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  log = RecordingLog.install();
  services = new FakeSessionServices();
  events = new ConversationEvents();
  const { heartbeats, writer, telemetry, clock } = services;
  const config = new SessionConfig(new Environment());
  new ConversationEventsHandler(events, heartbeats, writer, config, telemetry, clock).onModuleInit();
});
afterEach(async () => {
  await services.heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

describe(ConversationEventsHandler.name, () => {
  const expiryOf = (id: string): unknown => services.store.row(id).upstreamExpiresAt;

  async function tell(id: string, expiresAt: number): Promise<unknown> {
    events.onExpiry(id, expiresAt);
    await jest.advanceTimersByTimeAsync(0);
    return expiryOf(id);
  }

  it('notes when the upstream lets a session expire before its limit, and when not any more', async () => {
    const session = anActiveSession({ expiresAt: NOW + 30 * MINUTE });
    services.store.given(session);
    const { conversationId } = session;

    expect(await tell(conversationId, NOW + 15 * MINUTE)).toBe(NOW + 15 * MINUTE);
    expect(await tell(conversationId, NOW + 16 * MINUTE)).toBe(NOW + 16 * MINUTE);
    expect(await tell(conversationId, NOW + 16 * MINUTE + 5_000)).toBe(NOW + 16 * MINUTE);
    expect(await tell(conversationId, NOW + 31 * MINUTE)).toBeNull();
  });

  it('keeps the id that the upstream has of a conversation, the first that it tells', async () => {
    const session = anActiveSession();
    services.store.given(session);
    for (const id of ['theirs', 'another']) {
      events.onUpstreamId(session.conversationId, id);
      await jest.advanceTimersByTimeAsync(0);
    }

    expect(services.store.row(session.conversationId).genesysConversationId).toBe('theirs');
  });

  it('neither reads nor writes for an expiry that no session reaches', async () => {
    const session = anActiveSession({ expiresAt: NOW + 30 * MINUTE });
    services.store.given(session);
    services.store.failNext('find', new Error('not to be asked'));

    expect(await tell(session.conversationId, NOW + 72 * 60 * MINUTE)).toBeNull();
    expect(log.lines).toEqual([]);
  });

  it('survives a storage failure, and saves the next event', async () => {
    const session = anActiveSession({ expiresAt: NOW + 30 * MINUTE });
    services.store.given(session);
    services.store.failNext('find', new Error('away'));
    expect(await tell(session.conversationId, NOW + 15 * MINUTE)).toBeNull();
    expect(await tell(session.conversationId, NOW + 15 * MINUTE)).toBe(NOW + 15 * MINUTE);
  });

  it('lets the next beat find out at once why a session is over', async () => {
    const session = anActiveSession({ durationLimit: 1800 });
    services.store.given(session);
    services.channel.onBeat(() => ({ kind: 'gone', reason: 'agent-ended', endCause: 'Presence/Disconnect' }));
    services.heartbeat.start(session, (loss) => services.ending.lost(session.conversationId, loss));
    events.onOver(session.conversationId);
    await jest.advanceTimersByTimeAsync(10);

    expect(services.store.row(session.conversationId)).toMatchObject({
      state: 'disconnected',
      endReason: 'agent-ended',
      endCause: 'Presence/Disconnect',
    });
    expect(services.heartbeats.running).toBe(0);
  });
});
