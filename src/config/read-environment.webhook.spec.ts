import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from './configuration.error';
import { readEnvironment } from './read-environment';

const MINIMAL = {
  ACCESS_MODE: 'open',
  GENESYS_REGION: 'usw2.pure.cloud',
  GENESYS_CLIENT_ID: 'client',
  GENESYS_CLIENT_SECRET: 'client-secret',
};
const MALFORMED =
  'CRM_WEBHOOK_SECRET must be one or two, separated by a comma, of whsec_ and 24 to 64 bytes in base64';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'environment-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function fileWith(content: string): string {
  const path = join(directory, `webhook-${Math.random()}`);
  writeFileSync(path, content);
  return path;
}

const secretOf = (bytes: number, letter = 'a'): string =>
  `whsec_${Buffer.from(letter.repeat(bytes)).toString('base64')}`;

function problemsOf(variables: Record<string, string>): readonly string[] {
  try {
    readEnvironment({ ...MINIMAL, ...variables });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe(`${readEnvironment.name} with CRM_WEBHOOK_SECRET`, () => {
  it.each([24, 32, 64])('takes a secret of %i bytes, in the variable or in a file', (bytes) => {
    const secret = secretOf(bytes);
    const path = fileWith(`${secret}\n`);
    const inline = readEnvironment({ ...MINIMAL, CRM_WEBHOOK_SECRET: secret });
    const inFile = readEnvironment({ ...MINIMAL, CRM_WEBHOOK_SECRET_FILE: path });

    expect([inline.CRM_WEBHOOK_SECRET, inFile.CRM_WEBHOOK_SECRET]).toEqual([[secret], [secret]]);
    expect(inFile.files).toEqual({ CRM_WEBHOOK_SECRET: path });
    expect([...inline.secrets]).toEqual(['client-secret', secret.slice('whsec_'.length)]);
  });

  const canary = Buffer.from('canary'.repeat(5)).toString('base64');
  it.each([
    ['no prefix', canary],
    ['another prefix', `whpk_${canary}`],
    ['a prefix in capitals', `WHSEC_${canary}`],
    ['the prefix alone', 'whsec_'],
    ['too few bytes', secretOf(23)],
    ['too many bytes', secretOf(65)],
    ['no base64', `whsec_${canary.slice(1)}!`],
    ['base64 for URLs', `whsec_${Buffer.alloc(30, 0xff).toString('base64url')}`],
    ['base64 without its padding', `whsec_${Buffer.alloc(32).toString('base64').slice(0, -1)}`],
    ['base64 with bits left over', `whsec_${'A'.repeat(42)}B=`],
    ['a space inside', `whsec_${canary} ${canary}`],
    ['a comma too many', `${secretOf(32)},`],
    ['three', [secretOf(32), secretOf(32, 'b'), secretOf(32, 'c')].join()],
    ['the same twice', `${secretOf(32)},${secretOf(32)}`],
  ])('refuses %s, and repeats nothing of it', (_what, text) => {
    const problems = [
      problemsOf({ CRM_WEBHOOK_SECRET: text }),
      problemsOf({ CRM_WEBHOOK_SECRET_FILE: fileWith(text) }),
    ];

    expect(problems).toEqual([[MALFORMED], [MALFORMED]]);
  });

  it('refuses a file that is empty or cannot be read, rather than to sign nothing', () => {
    expect(problemsOf({ CRM_WEBHOOK_SECRET_FILE: fileWith('\n') })).toEqual([MALFORMED]);
    expect(problemsOf({ CRM_WEBHOOK_SECRET_FILE: join(directory, 'nowhere') })).toEqual([
      'CRM_WEBHOOK_SECRET_FILE cannot be read (ENOENT)',
    ]);
  });

  it('refuses to be given twice', () => {
    const secret = secretOf(32);

    expect(problemsOf({ CRM_WEBHOOK_SECRET: secret, CRM_WEBHOOK_SECRET_FILE: fileWith(secret) })).toEqual([
      'CRM_WEBHOOK_SECRET and CRM_WEBHOOK_SECRET_FILE exclude each other',
    ]);
  });
});

describe(`${readEnvironment.name} with CRM_WEBHOOK_URL`, () => {
  it.each(['http://crm.example.com/events', 'HTTP://crm.example.com', 'http://127.0.0.1:4011'])(
    'refuses %s unless private addresses are allowed',
    (url) => {
      expect(problemsOf({ CRM_WEBHOOK_URL: url })).toEqual([
        'CRM_WEBHOOK_URL must start with https:// unless CRM_WEBHOOK_ALLOW_PRIVATE is true',
      ]);
      expect(problemsOf({ CRM_WEBHOOK_URL: url, CRM_WEBHOOK_ALLOW_PRIVATE: 'true' })).toEqual([]);
    },
  );

  it('takes https:// either way', () => {
    for (const allowed of ['', 'true', 'false'])
      expect(
        problemsOf({ CRM_WEBHOOK_URL: 'https://crm.example.com/events', CRM_WEBHOOK_ALLOW_PRIVATE: allowed }),
      ).toEqual([]);
  });

  it.each(['1', 'yes', 'TRUE'])('does not take %s for a permission', (word) => {
    expect(problemsOf({ CRM_WEBHOOK_ALLOW_PRIVATE: word })).toEqual([
      'CRM_WEBHOOK_ALLOW_PRIVATE must be true or false',
    ]);
  });
});
