import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Environment } from '../../src/config/environment';
import { environmentNames } from '../../src/config/read-environment';

const REQUIRED = new Set(['GENESYS_CLIENT_ID', 'GENESYS_CLIENT_SECRET', 'DATA_KEY']);
const lines = readFileSync(join(__dirname, '../../.env.example'), 'utf8').split('\n');
const setting = /^(# )?([A-Z][A-Z_]+)=(.*)$/;

function documented(): Map<string, { default: string | undefined; comment: string }> {
  const found = new Map<string, { default: string | undefined; comment: string }>();
  lines.forEach((line, index) => {
    const [, commentedOut, name, value] = setting.exec(line) ?? [];
    if (name === undefined) return;
    found.set(name, {
      default: commentedOut === undefined ? value : undefined,
      comment: lines[index - 1] ?? '',
    });
  });
  return found;
}

describe('.env.example', () => {
  it('names exactly the variables that the service reads', () => {
    expect([...documented().keys()].sort()).toEqual(environmentNames().sort());
  });

  it('shows the default of every variable that has one', () => {
    const defaults = new Map<string, unknown>(Object.entries(new Environment()));
    const expected = environmentNames().map((name) => {
      const value = REQUIRED.has(name) ? undefined : defaults.get(name);
      return [
        name,
        Array.isArray(value) || typeof value !== 'object'
          ? (value as string | undefined)?.toString()
          : undefined,
      ];
    });
    const shown = environmentNames().map((name) => [name, documented().get(name)?.default]);
    expect(shown).toEqual(expected);
  });

  it('explains every variable in the line above it', () => {
    for (const { comment } of documented().values()) expect(comment).toMatch(/^# (?!---)\S.*/);
  });
});
