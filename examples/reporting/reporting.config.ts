import { anyText, readSettings, secretSetting, setting } from '../../src/config/extension-settings';

type Variables = Readonly<Record<string, string | undefined>>;

const SETTINGS = {
  REPORTING_URL: setting('an https:// URL, or an http:// URL where private addresses are allowed', httpUrl),
  REPORTING_TOKEN: secretSetting('the bearer token of the reporting service'),
  REPORTING_CHANNEL: setting('the name of a channel', anyText, ''),
  REPORTING_ALLOW_PRIVATE: setting('true or false', trueOrFalse, 'false'),
};

/** Receiver, credential and filter of the reports. */
export class ReportingConfig {
  private constructor(
    readonly url: string,
    readonly token: string,
    /** Sessions on other channels are not reported; undefined: all are. */
    readonly channel: string | undefined,
    /** Whether the receiver may be at an address that is not globally routable. */
    readonly allowPrivate: boolean,
  ) {}

  /** Throws `ConfigurationError` with every mistake. */
  static from(variables: Variables): ReportingConfig {
    const settings = readSettings(variables, SETTINGS);
    const { REPORTING_URL: url, REPORTING_TOKEN: token, REPORTING_CHANNEL: channel } = settings;
    return new ReportingConfig(
      url,
      token,
      channel === '' ? undefined : channel,
      settings.REPORTING_ALLOW_PRIVATE,
    );
  }
}

function httpUrl(text: string): string {
  if (!['https:', 'http:'].includes(new URL(text).protocol)) throw new Error('is no HTTP URL');
  return text;
}

function trueOrFalse(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Error('is neither');
  return text === 'true';
}
