import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Global, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { RequestContext } from '../../src/common/logging/request-context';
import { ConfigurationError } from '../../src/config/configuration.errors';
import { Environment } from '../../src/config/environment';
import { ProxyConfig } from '../../src/config/proxy.config';
import type { SessionEvent } from '../../src/session/domain/session-event';
import { DeliveryFailedError } from '../../src/sync/domain/delivery.errors';
import type { EventSink } from '../../src/sync/ports/event-sink';
import { EventSinks } from '../../src/sync/ports/event-sinks';
import { ReportingConfig } from './reporting.config';
import { ReportingModule } from './reporting.module';

interface Report {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

const { signal } = new AbortController();
/** Metadata of a session on the channel that is reported. */
const REPORTED = { channel: 'conversations-messaging', queueId: 'support' };
const SERVICE = [
  { provide: EventSinks, useFactory: () => new EventSinks() },
  { provide: ProxyConfig, useFactory: () => new ProxyConfig(new Environment()) },
];

@Global()
@Module({ providers: SERVICE, exports: [EventSinks, ProxyConfig] })
class ServiceModule {}

function anEvent(changes: Partial<SessionEvent> = {}): SessionEvent {
  return {
    id: 'event-2',
    conversationId: 'conversation',
    sequence: 2,
    state: 'terminated',
    occurredAt: Date.parse('2027-01-15T08:00:00Z'),
    metadata: { channel: 'web-messaging', queueId: 'support', endReason: 'requested', guestRef: 'hash' },
    ...changes,
  };
}

describe('the reporting sink', () => {
  let receiver: Server;
  let url: string;
  let reports: Report[];
  let answer: { status: number; headers?: Record<string, string> };
  let testing: TestingModule | undefined;

  beforeEach(async () => {
    reports = [];
    answer = { status: 204 };
    receiver = createServer((request, response) => {
      void text(request).then((body) => {
        reports.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(body) });
        response.writeHead(answer.status, answer.headers).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    await testing?.close();
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
  });

  async function sinkWith(variables: Readonly<Record<string, string>> = {}): Promise<EventSink> {
    const settings = { REPORTING_URL: url, REPORTING_TOKEN: 'canary', REPORTING_ALLOW_PRIVATE: 'true' };
    const extension = ReportingModule.use({ ...settings, ...variables });
    testing = await Test.createTestingModule({ imports: [ServiceModule, extension] }).compile();
    await testing.init();
    const sink = testing.get(EventSinks).get('reporting');
    if (sink === undefined) throw new Error('It has not registered itself');
    return sink;
  }

  it('puts one report for an ended session, in the trace of the delivery and with nothing of the guest', async () => {
    const sink = await sinkWith();
    const looks: number[] = [];
    let trace: string | undefined;

    await RequestContext.beginTrace(() => {
      trace = RequestContext.traceId;
      return sink.deliver(anEvent(), signal, () => looks.push(reports.length));
    });

    expect(looks).toEqual([0]);
    expect(reports).toEqual([
      {
        path: '/reports/event-2',
        headers: expect.objectContaining({
          authorization: 'Bearer canary',
          traceparent: expect.stringContaining(trace ?? 'none'),
        }),
        body: {
          conversationId: 'conversation',
          state: 'terminated',
          endedAt: '2027-01-15T08:00:00.000Z',
          endReason: 'requested',
          queueId: 'support',
        },
      },
    ]);
  });

  it('accepts what it does not report: openings, agents, messages, and sessions on other channels', async () => {
    const sink = await sinkWith({ REPORTING_CHANNEL: 'conversations-messaging' });

    for (const state of ['connected', 'agent-joined', 'message-sent'] as const)
      await sink.deliver(anEvent({ state, metadata: REPORTED }), signal, () => undefined);
    await sink.deliver(anEvent(), signal, () => undefined);
    await sink.deliver(anEvent({ id: 'test', state: 'test', metadata: {} }), signal, () => undefined);

    expect(reports.map(({ path }) => path)).toEqual(['/reports/test']);
  });

  it('fails with the status of a refusal and the wait that the receiver asks for', async () => {
    answer = { status: 503, headers: { 'retry-after': '7' } };
    const sink = await sinkWith();

    const failure = await sink.deliver(anEvent(), signal, () => undefined).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(DeliveryFailedError);
    expect(failure).toMatchObject({ message: 'status 503', status: 503, retryAfterMs: 7_000 });
  });

  it('sends nothing to a private address unless that is allowed, nor when another replica may have sent it', async () => {
    const guarded = await sinkWith({ REPORTING_ALLOW_PRIVATE: 'false' });
    await expect(guarded.deliver(anEvent(), signal, () => undefined)).rejects.toThrow('no answer');
    await testing?.close();
    const sink = await sinkWith();
    const lost = (): void => {
      throw new Error('another has it');
    };

    await expect(sink.deliver(anEvent(), signal, lost)).rejects.toBeInstanceOf(DeliveryFailedError);

    expect(reports).toEqual([]);
  });

  it('does not start without its settings, and tells every mistake', () => {
    expect(() => ReportingConfig.from({ REPORTING_URL: 'ftp://x', REPORTING_ALLOW_PRIVATE: 'no' })).toThrow(
      ConfigurationError,
    );
    expect(() => ReportingConfig.from({ REPORTING_URL: 'ftp://x', REPORTING_ALLOW_PRIVATE: 'no' })).toThrow(
      /REPORTING_URL must be[^]*REPORTING_TOKEN must be[^]*REPORTING_ALLOW_PRIVATE must be/,
    );
  });
});
