import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from './configuration.errors';
import { newDataKey } from './data-key-list';
import { readEnvironment } from './read-environment';

type Variables = Readonly<Record<string, string | undefined>>;

/** All settings that a service needs except credentials, in the mode that asks callers for none. */
export const PLACE = {
  ACCESS_MODE: 'open',
  GENESYS_REGION: 'usw2.pure.cloud',
  DATA_KEY: newDataKey('k1'),
} as const;

/** The minimal settings with which a service starts, in the mode that asks callers for no credentials. */
export const MINIMAL = {
  ...PLACE,
  GENESYS_CLIENT_ID: 'client',
  GENESYS_CLIENT_SECRET: 'client-secret',
} as const;

/** The error of an environment; undefined for a valid one. */
export function configurationErrorOf(variables: Variables): ConfigurationError | undefined {
  try {
    readEnvironment(variables);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}

/** All faults of an environment, one line each. */
export function problemsOf(variables: Variables): readonly string[] {
  return configurationErrorOf(variables)?.problems ?? [];
}

/** Makes files for settings, each at a new path, and removes them after the tests of the file. */
export function settingFiles(): (content: string) => string {
  let directory: string;
  let count = 0;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'environment-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  return (content) => {
    count += 1;
    const path = join(directory, `setting-${count}`);
    writeFileSync(path, content);
    return path;
  };
}
