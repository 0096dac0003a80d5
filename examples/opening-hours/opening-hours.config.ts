import { ConfigurationError } from '../../src/config/configuration.error';
import { BusinessHours } from './business-hours';

type Variables = Readonly<Record<string, string | undefined>>;

const HOURS = 'hours such as "Mon-Fri 08:00-18:00, Sat 10:00-14:00", or "closed"';

/** The variables, with the allowed values and the default of each. */
const SETTINGS = {
  LEDGER_FILE: { mustBe: 'the path of the file that events are appended to', byDefault: '' },
  /** Hours of every queue without hours of its own. */
  OPENING_HOURS: { mustBe: HOURS, byDefault: 'Mon-Sun 00:00-24:00' },
  OPENING_HOURS_BY_QUEUE: { mustBe: `a JSON object from queue ids to ${HOURS}`, byDefault: '{}' },
  OPENING_HOURS_TIME_ZONE: { mustBe: 'a time zone such as Europe/Berlin', byDefault: 'UTC' },
} as const;

/**
 * The settings of this module, which it reads from the environment itself: the service does not know these variables.
 */
export class OpeningHoursConfig {
  private constructor(
    readonly ledgerFile: string,
    readonly timeZone: string,
    private readonly hours: BusinessHours,
    private readonly byQueue: ReadonlyMap<string, BusinessHours>,
  ) {}

  /**
   * Throws `ConfigurationError` with all errors; it ends the start with exit code 78, as every invalid setting of the
   * service does.
   */
  static from(variables: Variables): OpeningHoursConfig {
    const problems: string[] = [];
    const read = <T>(name: keyof typeof SETTINGS, parse: (text: string) => T): T | undefined => {
      const { mustBe, byDefault } = SETTINGS[name];
      const given = variables[name] ?? '';
      try {
        return parse(given === '' ? byDefault : given);
      } catch {
        // The error's own message is left out, because a configuration error holds no values.
        problems.push(`${name} must be ${mustBe}`);
        return undefined;
      }
    };
    const ledgerFile = read('LEDGER_FILE', presentText);
    const hours = read('OPENING_HOURS', (text) => BusinessHours.parse(text));
    const byQueue = read('OPENING_HOURS_BY_QUEUE', hoursByQueue);
    const timeZone = read('OPENING_HOURS_TIME_ZONE', knownTimeZone);
    if (ledgerFile === undefined || hours === undefined || byQueue === undefined || timeZone === undefined)
      throw new ConfigurationError(problems);
    return new OpeningHoursConfig(ledgerFile, timeZone, hours, byQueue);
  }

  hoursOf(queueId: string): BusinessHours {
    return this.byQueue.get(queueId) ?? this.hours;
  }
}

function presentText(text: string): string {
  if (text === '') throw new Error('is missing');
  return text;
}

function knownTimeZone(timeZone: string): string {
  return new Intl.DateTimeFormat('en-US', { timeZone }).resolvedOptions().timeZone;
}

function hoursByQueue(json: string): ReadonlyMap<string, BusinessHours> {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('is no object');
  return new Map(
    Object.entries(value).map(([queueId, text]) => [queueId, BusinessHours.parse(String(text))]),
  );
}
