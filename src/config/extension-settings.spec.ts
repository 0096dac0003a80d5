import { Redaction } from '../common/logging/redaction';
import { ConfigurationError } from './configuration.errors';
import { settingFiles } from './environment.fake';
import { anyText, readSettings, secretSetting, setting } from './extension-settings';

const file = settingFiles();

const SETTINGS = {
  TICKETS_URL: setting('a URL', (text) => new URL(text)),
  TICKETS_LIMIT: setting('a whole number', wholeNumber, '10'),
  TICKETS_LABEL: setting('a label', anyText, ''),
  TICKETS_TOKEN: secretSetting('the access token'),
};
const VALID = { TICKETS_URL: 'https://tickets.example', TICKETS_TOKEN: 'canary-token' };

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${text} is none`);
  return Number(text);
}

/** Every mistake in the variables. */
function problemsOf(variables: Readonly<Record<string, string>>): readonly string[] {
  try {
    readSettings(variables, SETTINGS);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
  }
  return [];
}

describe(readSettings.name, () => {
  it('returns parsed values and defaults, without the white space around them', () => {
    const settings = readSettings({ ...VALID, TICKETS_LIMIT: ' 3\n', TICKETS_LABEL: '  ' }, SETTINGS);

    expect(settings).toEqual({
      TICKETS_URL: new URL('https://tickets.example'),
      TICKETS_LIMIT: 3,
      TICKETS_LABEL: '',
      TICKETS_TOKEN: 'canary-token',
    });
    expect(readSettings(VALID, SETTINGS).TICKETS_LIMIT).toBe(10);
  });

  it('reads a secret from the file that <name>_FILE names', () => {
    const { TICKETS_TOKEN } = readSettings(
      { TICKETS_URL: VALID.TICKETS_URL, TICKETS_TOKEN_FILE: file('\ufeffcanary-in-file\n') },
      SETTINGS,
    );

    expect(TICKETS_TOKEN).toBe('canary-in-file');
  });

  it('has secrets blanked in log lines, wherever they came from', () => {
    readSettings({ ...VALID, TICKETS_TOKEN: 'canary-blanked-1' }, SETTINGS);
    readSettings({ TICKETS_URL: VALID.TICKETS_URL, TICKETS_TOKEN_FILE: file('canary-blanked-2') }, SETTINGS);

    const { message } = new Redaction([]).apply({ message: 'canary-blanked-1 canary-blanked-2' });
    expect(message).toBe('[redacted] [redacted]');
  });

  it('tells every mistake at once, and no value', () => {
    const problems = problemsOf({ TICKETS_URL: 'canary', TICKETS_LIMIT: 'canary', TICKETS_TOKEN: ' ' });

    expect(problems).toEqual([
      'TICKETS_URL must be a URL',
      'TICKETS_LIMIT must be a whole number',
      'TICKETS_TOKEN must be the access token, here or in the file TICKETS_TOKEN_FILE',
    ]);
  });

  it('refuses a secret that is given twice, and a file that cannot be read', () => {
    expect(problemsOf({ ...VALID, TICKETS_TOKEN_FILE: '/nowhere' })).toEqual([
      'TICKETS_TOKEN and TICKETS_TOKEN_FILE exclude each other',
    ]);
    expect(problemsOf({ TICKETS_URL: VALID.TICKETS_URL, TICKETS_TOKEN_FILE: '/nowhere' })).toEqual([
      'TICKETS_TOKEN_FILE cannot be read (ENOENT)',
    ]);
  });
});
