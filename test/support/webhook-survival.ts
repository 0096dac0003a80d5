import { flawed } from './flawed-answers';
import type { SeededRandom } from './seeded-random';
import { waitFor } from './wait-for';
import { acceptedBy, receiversOf, type WebhookCaller } from './webhook-callers';
import { untoldTo, type WebhookLoad } from './webhook-load';

const FLAWED_SHARE = 0.03;
/** `session.connected`, `session.terminating` and `session.terminated`. */
const EVENTS_EACH = 3;
/** Deliveries that a killed process had claimed wait for the end of the claim, and of its lease. */
const DELIVERED_WITHIN_MS = 120_000;

interface Survival {
  readonly callers: readonly WebhookCaller[];
  readonly load: WebhookLoad;
  readonly sessions: number;
  readonly random: SeededRandom;
}

/**
 * Opens and ends sessions, 3 % of whose events the receivers answer with errors, resets or refusals; after a third of the
 * events it calls `kill`. Expects that every receiver gets every event of its caller's sessions: in order, without a gap,
 * correctly signed, and repeated only as it was.
 */
export async function expectNoLoss(
  { callers, load, sessions, random }: Survival,
  kill: () => Promise<void>,
): Promise<void> {
  const webhooks = receiversOf(callers).length / callers.length;
  const events = EVENTS_EACH * sessions * webhooks;
  for (const receiver of receiversOf(callers)) receiver.answer = flawed(random, FLAWED_SHARE);
  const lives = Array.from({ length: sessions }, (_, index) => load.live(index));
  await waitFor(() => {
    expect(acceptedBy(callers)).toBeGreaterThan(events / 3);
  }, DELIVERED_WITHIN_MS);
  await kill();
  await Promise.all(lives);

  const ended = await load.over();

  await waitFor(() => {
    expect(untoldTo(callers, ended)).toEqual([]);
  }, DELIVERED_WITHIN_MS);
  expect(receiversOf(callers).flatMap(({ journal }) => journal.faults)).toEqual([]);
  expect(acceptedBy(callers)).toBeGreaterThanOrEqual(events);
  expect(ended.flat().length).toBeGreaterThanOrEqual(sessions);
}
