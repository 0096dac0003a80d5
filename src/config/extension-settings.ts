import { readFileSync } from 'node:fs';
import { blankInLogs } from '../common/logging/redaction';
import { ConfigurationError } from './configuration.errors';
import { settingText } from './setting-text';

type Variables = Readonly<Record<string, string | undefined>>;

/** One environment variable of an extension. */
export interface Setting<T> {
  /** Rule for the message about a bad value: `must be <rule>`. */
  readonly rule: string;
  /** Throws for a bad value. Its error is not shown, since it may hold the value. */
  readonly parse: (text: string) => T;
  /** The text that is parsed when the variable is unset or empty; without it the variable is required. */
  readonly defaultText?: string;
  readonly isSecret: boolean;
}

type Values<S> = { readonly [Name in keyof S]: S[Name] extends Setting<infer T> ? T : never };

/**
 * A variable that holds no secret. It is required unless there is a `defaultText`.
 *
 * @publicApi
 */
export function setting<T>(rule: string, parse: (text: string) => T, defaultText?: string): Setting<T> {
  return { rule, parse, isSecret: false, ...(defaultText === undefined ? {} : { defaultText }) };
}

/**
 * A variable that holds a secret: its value may come from the file that `<name>_FILE` names, and is blanked in every
 * log line. It is read once, at the start. Required unless there is a `defaultText`.
 *
 * @publicApi
 */
export function secretSetting(rule: string, defaultText?: string): Setting<string> {
  return { ...setting(rule, anyText, defaultText), isSecret: true };
}

/**
 * The value itself, where any text will do: the `parse` of a `setting`.
 *
 * @publicApi
 */
export function anyText(text: string): string {
  return text;
}

/**
 * Reads the settings of an extension from environment variables, by their names. White space around a value is not
 * part of it, and an empty value counts as unset. Throws one `ConfigurationError` with every mistake and no value, which ends the
 * start with exit code 78 when a provider's factory throws it.
 *
 * @publicApi
 */
export function readSettings<S extends Readonly<Record<string, Setting<unknown>>>>(
  variables: Variables,
  settings: S,
): Values<S> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(settings)) {
    const text = textOf(name, each, variables, problems);
    if (text === undefined) continue;
    if (each.isSecret) blankInLogs(text);
    try {
      values[name] = each.parse(text);
    } catch {
      // The parser's own message may hold the value.
      problems.push(`${name} must be ${each.rule}`);
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return values as Values<S>;
}

/** Undefined when the problem is told already. */
function textOf(
  name: string,
  { rule, defaultText, isSecret }: Setting<unknown>,
  variables: Variables,
  problems: string[],
): string | undefined {
  const own = settingText(variables[name] ?? '');
  const path = isSecret ? (variables[`${name}_FILE`] ?? '') : '';
  if (own !== '' && path !== '') {
    problems.push(`${name} and ${name}_FILE exclude each other`);
    return undefined;
  }
  const given = path === '' ? own : textIn(path, name, problems);
  if (given === undefined) return undefined;
  if (given !== '') return given;
  if (defaultText === undefined)
    problems.push(`${name} must be ${rule}${isSecret ? `, here or in the file ${name}_FILE` : ''}`);
  return defaultText;
}

function textIn(path: string, name: string, problems: string[]): string | undefined {
  try {
    return settingText(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    problems.push(`${name}_FILE cannot be read (${code})`);
    return undefined;
  }
}
