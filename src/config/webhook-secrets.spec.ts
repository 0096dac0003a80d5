import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redaction } from '../common/logging/redaction';
import type { Environment } from './environment';
import { MINIMAL } from './environment.fake';
import { LogConfig } from './log.config';
import { readEnvironment } from './read-environment';
import { WebhookSecrets } from './webhook-secrets';

const [A, B, C] = ['a', 'b', 'c'].map(
  (letter) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`,
) as [string, string, string];

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'webhook-secrets-'));
  path = join(directory, 'secret');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function fromFile(text: string): Environment {
  writeFileSync(path, text);
  return readEnvironment({ ...MINIMAL, CRM_WEBHOOK_SECRET_FILE: path });
}

describe(WebhookSecrets.name, () => {
  it('are none, one or two, according to the setting', () => {
    const secretsOf = (text: string): readonly string[] =>
      new WebhookSecrets(readEnvironment({ ...MINIMAL, CRM_WEBHOOK_SECRET: text })).current;

    expect(secretsOf('')).toEqual([]);
    expect(secretsOf(A)).toEqual([A]);
    expect(secretsOf(`${B}, ${A}`)).toEqual([B, A]);
  });

  it('follow their file', () => {
    const secrets = new WebhookSecrets(fromFile(`${A}\n`));
    expect(secrets.current).toEqual([A]);

    writeFileSync(path, `${A},${B}\n`);
    expect(secrets.current).toEqual([A, B]);

    writeFileSync(path, B);
    expect(secrets.current).toEqual([B]);

    writeFileSync(path, A);
    expect(secrets.current).toEqual([A]);
  });

  it.each([
    ['empty', ''],
    ['half written', B.slice(0, -3)],
    ['no secret', 'canary'],
    ['half right', `${B},canary`],
    ['too many', [A, B, C].join()],
  ])('stay the last known ones while the file is %s', (_what, text) => {
    const secrets = new WebhookSecrets(fromFile(A));
    writeFileSync(path, B);
    expect(secrets.current).toEqual([B]);

    writeFileSync(path, text);
    expect(secrets.current).toEqual([B]);

    writeFileSync(path, C);
    expect(secrets.current).toEqual([C]);
  });

  it('stay the last known ones while the file is missing', () => {
    const secrets = new WebhookSecrets(fromFile(A));
    rmSync(path);
    expect(secrets.current).toEqual([A]);

    writeFileSync(path, B);
    expect(secrets.current).toEqual([B]);
  });

  it('never appear in the log, old or new, with or without their prefix', () => {
    const environment = fromFile(A);
    const redaction = new Redaction(new LogConfig(environment).secrets);
    const secrets = new WebhookSecrets(environment);
    writeFileSync(path, `${B},${C}`);
    expect(secrets.current).toHaveLength(2);

    for (const secret of [A, B, C]) {
      const { message } = redaction.apply({ message: `${secret} ${secret.slice('whsec_'.length)}` });
      expect(message).toBe('whsec_[redacted] [redacted]');
    }
  });
});
