import { ConfigurationError } from '../../src/config/configuration.errors';
import { OpeningHoursConfig } from './opening-hours.config';

const LEDGER_FILE = '/var/lib/ledger/events.jsonl';

/** Returns all errors of an environment. */
function problemsOf(variables: Readonly<Record<string, string>>): readonly string[] {
  try {
    OpeningHoursConfig.from(variables);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
  }
  return [];
}

describe(OpeningHoursConfig.name, () => {
  it('needs the ledger file only, and every queue is always open by default', () => {
    const config = OpeningHoursConfig.from({ LEDGER_FILE, OPENING_HOURS: '' });

    expect(config).toMatchObject({ ledgerFile: LEDGER_FILE, timeZone: 'UTC' });
    expect(config.hoursOf('support').text).toBe('Mon-Sun 00:00-24:00');
  });

  it('reads the hours of a queue, and the default hours', () => {
    const config = OpeningHoursConfig.from({
      LEDGER_FILE,
      OPENING_HOURS: 'Mon-Fri 08:00-18:00',
      OPENING_HOURS_BY_QUEUE: '{"night":"Mon-Sun 20:00-24:00","gone":"closed"}',
      OPENING_HOURS_TIME_ZONE: 'Europe/Berlin',
    });

    expect(['support', 'night', 'gone'].map((queueId) => config.hoursOf(queueId).text)).toEqual([
      'Mon-Fri 08:00-18:00',
      'Mon-Sun 20:00-24:00',
      'closed',
    ]);
    expect(config.timeZone).toBe('Europe/Berlin');
  });

  it('reports all errors at once, without values', () => {
    const problems = problemsOf({
      OPENING_HOURS: 'canary',
      OPENING_HOURS_BY_QUEUE: 'canary',
      OPENING_HOURS_TIME_ZONE: 'canary',
    });

    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'LEDGER_FILE',
      'OPENING_HOURS',
      'OPENING_HOURS_BY_QUEUE',
      'OPENING_HOURS_TIME_ZONE',
    ]);
    expect(problems.join()).not.toContain('canary');
  });

  it.each(['[]', 'null', '"closed"', '{"support":7}', '{"support":null}'])(
    'refuses hours of queues given as %s',
    (json) => {
      expect(problemsOf({ LEDGER_FILE, OPENING_HOURS_BY_QUEUE: json })).toHaveLength(1);
    },
  );
});
