import { SessionRefusedError } from '../../src/session/domain/session.errors';
import { OpeningHoursConfig } from './opening-hours.config';
import { OpeningHoursPolicy } from './opening-hours-policy';

const ASKED = {
  channel: 'conversations-messaging',
  queueId: 'support',
  name: 'Guest',
  locale: 'en-US',
  capabilities: [],
  durationLimit: 60,
};

/** Returns 'open', or the policy's refusal, for a queue at a time. */
function verdictAt(time: string, queueId = 'support', timeZone = 'Europe/Berlin'): unknown {
  const config = OpeningHoursConfig.from({
    LEDGER_FILE: 'unused',
    OPENING_HOURS: 'Mon-Fri 08:00-18:00',
    OPENING_HOURS_BY_QUEUE: '{"always":"Mon-Sun 00:00-24:00"}',
    OPENING_HOURS_TIME_ZONE: timeZone,
  });
  const policy = new OpeningHoursPolicy(config, { now: () => Date.parse(time) });
  try {
    policy.check({ ...ASKED, queueId });
    return 'open';
  } catch (error) {
    return error;
  }
}

describe(OpeningHoursPolicy.name, () => {
  it.each([
    ['an hour ahead in winter', '2027-01-15T07:00:00Z', '2027-01-15T17:00:00Z'],
    ['two hours ahead in summer', '2027-07-16T06:00:00Z', '2027-07-16T16:00:00Z'],
  ])('uses local time, %s', (_, opens, closes) => {
    const beforeOpening = new Date(Date.parse(opens) - 1).toISOString();
    const beforeClosing = new Date(Date.parse(closes) - 1).toISOString();

    expect([opens, beforeClosing].map((time) => verdictAt(time))).toEqual(['open', 'open']);
    for (const time of [beforeOpening, closes]) expect(verdictAt(time)).toBeInstanceOf(SessionRefusedError);
  });

  it('gives the reason for a refusal, with the opening hours', () => {
    expect(verdictAt('2027-01-16T12:00:00Z')).toMatchObject({
      code: 'session-refused',
      policy: 'opening-hours',
      reason: 'closed',
      message: 'The queue is not open at this time. Its hours: Mon-Fri 08:00-18:00 (Europe/Berlin).',
    });
  });

  it("uses a queue's own hours, midnight included", () => {
    expect(verdictAt('2027-01-16T00:00:00Z', 'always', 'UTC')).toBe('open');
    expect(verdictAt('2027-01-16T23:59:59.999Z', 'always', 'UTC')).toBe('open');
  });
});
