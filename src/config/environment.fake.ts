import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from './configuration.errors';
import { newDataKey } from './data-key-list';
import { readEnvironment } from './read-environment';

type Variables = Readonly<Record<string, string | undefined>>;

/** Everything that a service needs but its credentials, where nobody is asked who they are. */
export const PLACE = {
  ACCESS_MODE: 'open',
  GENESYS_REGION: 'usw2.pure.cloud',
  DATA_KEY: newDataKey('k1'),
} as const;

/** The least that a service starts with, where nobody is asked who they are. */
export const MINIMAL = {
  ...PLACE,
  GENESYS_CLIENT_ID: 'client',
  GENESYS_CLIENT_SECRET: 'client-secret',
} as const;

/** What is wrong with an environment; undefined when it is accepted. */
export function configurationErrorOf(variables: Variables): ConfigurationError | undefined {
  try {
    readEnvironment(variables);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}

/** Everything that is wrong with an environment, one line each. */
export function problemsOf(variables: Variables): readonly string[] {
  return configurationErrorOf(variables)?.problems ?? [];
}

/** Makes files for settings, each with a path of its own, and removes them after the tests of the file. */
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
