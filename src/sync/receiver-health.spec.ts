import { ReceiverHealth } from './receiver-health';

const INTERVAL_MS = 30_000;

let now: number;
let health: ReceiverHealth;

beforeEach(() => {
  now = 1_000;
  health = new ReceiverHealth(INTERVAL_MS, () => now);
});

/** The answers to first failures of these conversations. */
const failures = (...conversations: readonly string[]): boolean[] =>
  conversations.map((conversation) => health.failed(conversation, true));

describe(ReceiverHealth.name, () => {
  it('is healthy at first, and needs no probe', () => {
    expect(health.isFailing).toBe(false);
    expect(health.untilProbeMs).toBe(0);
  });

  it('is failing from the fifth conversation whose first attempt fails, and says so once', () => {
    expect(failures('a', 'b', 'c', 'd')).toEqual([false, false, false, false]);
    expect(health.isFailing).toBe(false);

    expect(failures('e', 'f')).toEqual([true, false]);
    expect(health.isFailing).toBe(true);
  });

  it('counts a conversation once', () => {
    expect(failures('a', 'a', 'a', 'a', 'a', 'b', 'c', 'd')).not.toContain(true);
    expect(failures('e')).toEqual([true]);
  });

  it('does not count what was refused before', () => {
    failures('a', 'b', 'c', 'd');

    expect(health.failed('e', false)).toBe(false);
    expect(health.isFailing).toBe(false);
  });

  it('starts counting again after a success', () => {
    failures('a', 'b', 'c', 'd');

    expect(health.succeeded()).toBe(false);
    expect(failures('e', 'a', 'b', 'c')).not.toContain(true);
    expect(failures('d')).toEqual([true]);
  });

  it('is being probed for as long as a probe is sent when it is due', () => {
    expect(health.isProbing).toBe(false);
    failures('a', 'b', 'c', 'd', 'e');
    now += INTERVAL_MS + 19_999;
    expect(health.isProbing).toBe(true);
    health.probed();
    now += INTERVAL_MS + 19_999;
    expect(health.isProbing).toBe(true);
    now += 1;
    expect(health.isProbing).toBe(false);
  });

  it('is due for a probe an interval after it failed, and after each probe', () => {
    failures('a', 'b', 'c', 'd', 'e');
    expect(health.untilProbeMs).toBe(INTERVAL_MS);

    now += INTERVAL_MS - 1;
    expect(health.untilProbeMs).toBe(1);
    now += 1;
    expect(health.untilProbeMs).toBe(0);
    now += 1_000;
    expect(health.untilProbeMs).toBe(0);

    health.probed();
    expect(health.untilProbeMs).toBe(INTERVAL_MS);
    expect(health.isFailing).toBe(true);
  });

  it('keeps to its interval whatever else fails in the meantime', () => {
    failures('a', 'b', 'c', 'd', 'e');
    now += INTERVAL_MS - 1;
    failures('f', 'g', 'h', 'i', 'j');

    expect(health.untilProbeMs).toBe(1);
  });

  it('is healthy again with the first success, which reports it once', () => {
    failures('a', 'b', 'c', 'd', 'e');

    expect([health.succeeded(), health.succeeded()]).toEqual([true, false]);
    expect(health.isFailing).toBe(false);
    expect(health.untilProbeMs).toBe(0);
  });

  it('forgets conversations from before it was failing once it recovers', () => {
    failures('a', 'b', 'c', 'd', 'e');
    health.succeeded();

    expect(failures('v', 'w', 'x', 'y')).not.toContain(true);
    expect(failures('z')).toEqual([true]);
  });
});
