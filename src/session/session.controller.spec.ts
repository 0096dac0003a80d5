import { PoisonMessageReporter } from '../common/poison/poison-message-reporter';
import { Caller } from '../access/domain/caller';
import { AuditReads } from '../audit/audit-reads';
import { AuditThrottle } from '../audit/audit-throttle';
import { FakeAuditTrail } from '../audit/ports/audit-trail.fake';
import { RecordingLog } from '../audit/recording-log.fake';
import { UpstreamServerError } from '../common/errors/upstream.errors';
import { guestRefOf } from './domain/guest-token';
import { anActiveSession } from './domain/session.builder';
import type { OpenedSessionResponse } from './dto/opened-session.response';
import type { OpenSessionDto } from './dto/open-session.dto';
import { SessionController } from './session.controller';
import { SessionPresenter } from './session-presenter';
import { FakeSessionServices } from './session-services.fake';

const CALLER = Caller.anonymous;
const NOW = Date.parse('2027-01-15T08:00:00.000Z');

/** The parts of a reply that a route sets besides the body. */
class FakeReply {
  readonly headers: Record<string, string> = {};
  code: number | undefined;

  header(name: string, value: string): void {
    this.headers[name] = value;
  }

  status(code: number): void {
    this.code = code;
  }
}

let services: FakeSessionServices;
let controller: SessionController;
let reply: FakeReply;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  RecordingLog.install();
  services = new FakeSessionServices();
  const reads = new AuditReads(new AuditThrottle(new FakeAuditTrail(), new PoisonMessageReporter()));
  controller = new SessionController(
    services.idempotency,
    services.service,
    services.queries,
    new SessionPresenter(services.queries),
    reads,
  );
  reply = new FakeReply();
});
afterEach(async () => {
  await services.heartbeats.onModuleDestroy();
  jest.useRealTimers();
});

function open(asked: OpenSessionDto, key?: string): Promise<OpenedSessionResponse> {
  return controller.open(asked, CALLER, reply, key, new AbortController().signal);
}

describe(SessionController.name, () => {
  it('answers an opening with the session, where it is, the guest token and the words of the upstream', async () => {
    services.channel.onOpen(() => ({ id: 'theirs' }));

    const opened = await open({ queueId: 'support', durationLimit: 60 });

    expect(reply.headers).toEqual({
      location: `/v1/sessions/${opened.conversationId}`,
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
    });
    expect(opened).toEqual({
      conversationId: opened.conversationId,
      state: 'active',
      channel: 'fake',
      queueId: 'support',
      guestRef: guestRefOf(opened.guestIdToken),
      name: 'Guest',
      locale: 'en-US',
      capabilities: ['typing-indicator', 'read-receipts'],
      durationLimit: 60,
      startedAt: '2027-01-15T08:00:00.000Z',
      expiresAt: '2027-01-15T08:01:00.000Z',
      authenticated: false,
      heartbeat: { intervalMs: 6_000, consecutiveFailures: 0 },
      version: 1,
      guestIdToken: services.store.row(opened.conversationId).guestToken,
      upstream: { id: 'theirs' },
    });
  });

  it('answers an opening with a key the same once more, and says that it does', async () => {
    const opened = await open({ queueId: 'support' }, 'key-1');
    const first = { ...reply.headers };
    await jest.advanceTimersByTimeAsync(45_000);

    const again = await open({ queueId: 'support' }, '"key-1"');

    expect(JSON.stringify(again)).toBe(JSON.stringify(opened));
    expect(first).not.toHaveProperty('idempotency-replayed');
    expect(reply.headers).toEqual({ ...first, 'idempotency-replayed': 'true' });
    expect(services.store.count).toBe(1);
  });

  it('answers an opening with a key as one without, tag and version included', async () => {
    const { conversationId, version } = await open({ queueId: 'support' }, 'key-1');
    const { etag } = reply.headers;

    expect(version).toBe(services.store.row(conversationId).version);
    expect(await controller.get(conversationId, CALLER, etag, reply)).toBeUndefined();
  });

  it('shows a session without its guest token, now as later', async () => {
    const { conversationId, guestIdToken } = await open({ queueId: 'support' });
    await jest.advanceTimersByTimeAsync(30_000);

    const shown = await controller.get(conversationId, CALLER, undefined, reply);
    const list = await controller.list({ limit: 10 }, CALLER);

    expect(shown?.heartbeat.lastSuccessAt).toMatch(/^2027-01-15T08:00:[0-3]\d\.\d{3}Z$/);
    expect(list).toEqual({ items: [shown], nextCursor: null });
    expect(JSON.stringify([shown, list])).not.toContain(guestIdToken);
  });

  it('answers an opening with the tag that the session is shown with', async () => {
    const { conversationId } = await open({ queueId: 'support' });
    const { etag } = reply.headers;

    expect(await controller.get(conversationId, CALLER, etag, reply)).toBeUndefined();
    expect([reply.code, reply.headers['etag']]).toEqual([304, etag]);
  });

  it('shows how an end by the agent is detected as long as the session lives', async () => {
    services.channel.detection = 'event';
    const opened = await open({ queueId: 'support' });
    const { etag } = reply.headers;

    expect(opened.endDetection).toBe('event');
    expect(await controller.get(opened.conversationId, CALLER, etag, reply)).toBeUndefined();
    services.channel.detection = 'none';
    expect(await controller.get(opened.conversationId, CALLER, etag, reply)).toMatchObject({
      endDetection: 'none',
    });
    await controller.end(opened.conversationId, CALLER, reply);
    expect(await controller.get(opened.conversationId, CALLER, undefined, reply)).not.toHaveProperty(
      'endDetection',
    );
  });

  it('shows a session with another tag when anything of it has changed, its heartbeat included', async () => {
    const { conversationId } = await open({ queueId: 'support' });
    const tags = [reply.headers['etag']];
    await jest.advanceTimersByTimeAsync(30_000);
    expect(await controller.get(conversationId, CALLER, tags[0], reply)).toMatchObject({ conversationId });
    tags.push(reply.headers['etag']);
    await controller.end(conversationId, CALLER, reply);
    tags.push(reply.headers['etag']);

    expect(new Set(tags).size).toBe(3);
    expect(await controller.get(conversationId, CALLER, tags[2], reply)).toBeUndefined();
  });

  it('answers an end that is confirmed with 200, now and again', async () => {
    const { conversationId } = await open({ queueId: 'support' });

    const ended = await controller.end(conversationId, CALLER, reply);

    expect(reply.code).toBe(200);
    expect(ended).toMatchObject({
      state: 'terminated',
      endReason: 'requested',
      endedAt: '2027-01-15T08:00:00.000Z',
      disconnect: 'confirmed',
    });
    expect(await controller.end(conversationId, CALLER, reply)).toEqual(ended);
    expect(reply.code).toBe(200);
  });

  it('answers an end that is under way with 202, now and again', async () => {
    const session = anActiveSession();
    services.store.given(session);
    services.channel.onDisconnect(() => {
      throw new UpstreamServerError(503);
    });

    expect(await controller.end(session.conversationId, CALLER, reply)).toMatchObject({
      state: 'terminating',
      disconnect: 'pending',
    });
    expect(reply.code).toBe(202);
    await controller.end(session.conversationId, CALLER, reply);
    expect(reply.code).toBe(202);
  });
});
