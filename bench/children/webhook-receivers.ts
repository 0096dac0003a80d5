import { HOSTILE_ANSWERS, slow } from '../../test/support/hostile-answers';
import { OpenAttempts, WebhookReceiver } from '../../test/support/webhook-receiver';
import { serve } from '../support/ipc';

export const RECEIVER_KINDS = ['healthy', 'dead', 'slow', 'hostile'] as const;

/** Receivers that accept at once, refuse connections, take most of their time, or harm their sender. */
export type ReceiverKind = (typeof RECEIVER_KINDS)[number];

/** The receivers of a kind, together. */
export interface ReceiverReport {
  readonly attempts: number;
  readonly acceptedEvents: number;
  /** The greatest number of unanswered attempts, at all of them and at one. */
  readonly mostOpen: number;
  readonly mostOpenAtOne: number;
  readonly faults: readonly string[];
  /** Milliseconds from the timestamp of each event to its first arrival. */
  readonly agesMs: readonly number[];
}

export interface WebhookReceiverCommands {
  /** Starts receivers of each kind, all of which accept; returns their URLs. */
  start: { input: number; output: Readonly<Record<ReceiverKind, readonly string[]>> };
  expectSecret: { input: { kind: ReceiverKind; index: number; secret: string }; output: undefined };
  /** Begins the behaviour of the kinds. */
  misbehave: { input: undefined; output: undefined };
  /** Number of events that receivers of a kind have accepted. */
  accepted: { input: ReceiverKind; output: number };
  /** Returns the ages of the events since the last report. */
  report: { input: ReceiverKind; output: ReceiverReport };
}

const SLOW_MS = 14_000;

const open = new Map(RECEIVER_KINDS.map((kind) => [kind, new OpenAttempts()]));
const receivers: Record<ReceiverKind, WebhookReceiver[]> = { healthy: [], dead: [], slow: [], hostile: [] };

serve<WebhookReceiverCommands>({
  start: async (count) => {
    for (const kind of RECEIVER_KINDS)
      while (receivers[kind].length < count)
        receivers[kind].push(await WebhookReceiver.start(open.get(kind)));
    const urls = RECEIVER_KINDS.map((kind) => [kind, receivers[kind].map(({ url }) => url)] as const);
    return Object.fromEntries(urls) as Record<ReceiverKind, string[]>;
  },
  expectSecret: ({ kind, index, secret }) => {
    receivers[kind][index]?.journal.expectSecret(secret);
    return undefined;
  },
  misbehave: async () => {
    for (const receiver of receivers.slow) receiver.answer = slow(SLOW_MS);
    receivers.hostile.forEach((receiver, index) => {
      receiver.answer = HOSTILE_ANSWERS[index % HOSTILE_ANSWERS.length] ?? receiver.answer;
    });
    await Promise.all(receivers.dead.map((receiver) => receiver.close()));
    return undefined;
  },
  accepted: (kind) => sumOf(kind, ({ journal }) => journal.acceptedEvents),
  report: (kind) => {
    const all = receivers[kind];
    return {
      attempts: sumOf(kind, ({ journal }) => journal.attempts),
      acceptedEvents: sumOf(kind, ({ journal }) => journal.acceptedEvents),
      mostOpen: open.get(kind)?.most ?? 0,
      mostOpenAtOne: Math.max(...all.map((receiver) => receiver.open.most)),
      faults: all.flatMap(({ journal }) => journal.faults),
      agesMs: all.flatMap(({ journal }) => journal.agesMs.splice(0)),
    };
  },
});

function sumOf(kind: ReceiverKind, read: (receiver: WebhookReceiver) => number): number {
  return receivers[kind].reduce((sum, receiver) => sum + read(receiver), 0);
}
