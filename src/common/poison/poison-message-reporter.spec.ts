import { RecordingLog } from '../../audit/recording-log.fake';
import { ReadableMetrics } from '../../metrics/readable-metrics.fake';
import { PoisonTelemetry } from '../../metrics/poison.telemetry';
import { DataRefusedError } from '../errors/data-refused.errors';
import { PoisonMessageReporter } from './poison-message-reporter';

const REFUSED = new DataRefusedError('22021');

let log: RecordingLog;
let metrics: ReadableMetrics;
let poison: PoisonMessageReporter;

beforeEach(() => {
  jest.useFakeTimers();
  log = RecordingLog.install();
  metrics = new ReadableMetrics();
  poison = new PoisonMessageReporter();
  new PoisonTelemetry(metrics, poison);
});
afterEach(() => {
  jest.useRealTimers();
});

describe(PoisonMessageReporter.name, () => {
  it('counts and logs an item once, with the reason of the refusal', async () => {
    for (let times = 0; times < 3; times += 1) poison.report('messages', 'a m-1', REFUSED, 'a');
    poison.report('audit', 'a m-1', REFUSED);

    expect(await metrics.sample('poison_messages_total{queue="messages"}')).toBe(1);
    expect(await metrics.sample('poison_messages_total{queue="audit"}')).toBe(1);
    expect(log.at('error')).toEqual([
      {
        message: 'Poison message set aside',
        operation: 'messages',
        conversationId: 'a',
        reason: '22021',
        error: REFUSED,
      },
      { message: 'Poison message set aside', operation: 'audit', reason: '22021', error: REFUSED },
    ]);
  });

  it('reports an item again after hours', () => {
    poison.report('events', 'a', REFUSED);
    jest.advanceTimersByTime(3 * 3_600_000);
    poison.report('events', 'b', REFUSED);
    jest.advanceTimersByTime(3 * 3_600_000);
    poison.report('events', 'a', REFUSED);

    expect(log.at('error')).toHaveLength(3);
  });

  it('reports an item once an hour, however often it recurs', async () => {
    for (let minutes = 0; minutes < 120; minutes += 10) {
      poison.report('events', 'a', REFUSED);
      jest.advanceTimersByTime(10 * 60_000);
    }

    expect(log.at('error')).toHaveLength(2);
    expect(await metrics.sample('poison_messages_total{queue="events"}')).toBe(2);
  });

  it('does not log the message of a parser, which quotes its input', () => {
    poison.report('events', 'a', new SyntaxError('Unexpected token in "what a guest wrote"'));

    expect(log.at('error')).toEqual([
      { message: 'Poison message set aside', operation: 'events', reason: 'SyntaxError' },
    ]);
  });
});
