import { anyText, readSettings, setting } from '../../src/config/extension-settings';
import { BusinessHours } from './business-hours';

type Variables = Readonly<Record<string, string | undefined>>;

const HOURS = 'hours such as "Mon-Fri 08:00-18:00, Sat 10:00-14:00", or "closed"';

/** The variables: what each must be, how it is parsed, and the text of its default. */
const SETTINGS = {
  LEDGER_FILE: setting('the path of the file that events are appended to', anyText),
  /** Hours of every queue without hours of its own. */
  OPENING_HOURS: setting(HOURS, (text) => BusinessHours.parse(text), 'Mon-Sun 00:00-24:00'),
  OPENING_HOURS_BY_QUEUE: setting(`a JSON object from queue ids to ${HOURS}`, hoursByQueue, '{}'),
  OPENING_HOURS_TIME_ZONE: setting('a time zone such as Europe/Berlin', knownTimeZone, 'UTC'),
};

/** The settings of this module. The service itself reads none of these variables. */
export class OpeningHoursConfig {
  private constructor(
    readonly ledgerFile: string,
    readonly timeZone: string,
    private readonly hours: BusinessHours,
    private readonly byQueue: ReadonlyMap<string, BusinessHours>,
  ) {}

  /** Throws `ConfigurationError` with every mistake, which ends the start with exit code 78. */
  static from(variables: Variables): OpeningHoursConfig {
    const settings = readSettings(variables, SETTINGS);
    return new OpeningHoursConfig(
      settings.LEDGER_FILE,
      settings.OPENING_HOURS_TIME_ZONE,
      settings.OPENING_HOURS,
      settings.OPENING_HOURS_BY_QUEUE,
    );
  }

  hoursOf(queueId: string): BusinessHours {
    return this.byQueue.get(queueId) ?? this.hours;
  }
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
