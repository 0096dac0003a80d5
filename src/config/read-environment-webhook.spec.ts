import { MINIMAL, problemsOf, settingFiles } from './environment.fake';
import { readEnvironment } from './read-environment';

const MALFORMED =
  'CRM_WEBHOOK_SECRET must be one or two, separated by a comma, of whsec_ and 24 to 64 bytes in base64';

const fileWith = settingFiles();

const secretOf = (bytes: number, letter = 'a'): string =>
  `whsec_${Buffer.from(letter.repeat(bytes)).toString('base64')}`;

const problemsOver = (variables: Record<string, string>): readonly string[] =>
  problemsOf({ ...MINIMAL, ...variables });

describe(`${readEnvironment.name} with CRM_WEBHOOK_SECRET`, () => {
  it.each([24, 32, 64])('takes a secret of %i bytes, in the variable or in a file', (bytes) => {
    const secret = secretOf(bytes);
    const path = fileWith(`${secret}\n`);
    const inline = readEnvironment({ ...MINIMAL, CRM_WEBHOOK_SECRET: secret });
    const inFile = readEnvironment({ ...MINIMAL, CRM_WEBHOOK_SECRET_FILE: path });

    expect([inline.CRM_WEBHOOK_SECRET, inFile.CRM_WEBHOOK_SECRET]).toEqual([[secret], [secret]]);
    expect(inFile.files).toEqual({ CRM_WEBHOOK_SECRET: path });
    expect([...inline.secrets]).toEqual(
      expect.arrayContaining(['client-secret', secret.slice('whsec_'.length)]),
    );
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
      problemsOver({ CRM_WEBHOOK_SECRET: text }),
      problemsOver({ CRM_WEBHOOK_SECRET_FILE: fileWith(text) }),
    ];

    expect(problems).toEqual([[MALFORMED], [MALFORMED]]);
  });

  it('refuses a file that is empty or unreadable, instead of sending unsigned webhooks', () => {
    expect(problemsOver({ CRM_WEBHOOK_SECRET_FILE: fileWith('\n') })).toEqual([MALFORMED]);
    expect(problemsOver({ CRM_WEBHOOK_SECRET_FILE: '/nowhere/at/all' })).toEqual([
      'CRM_WEBHOOK_SECRET_FILE cannot be read (ENOENT)',
    ]);
  });

  it('is refused in both variables', () => {
    const secret = secretOf(32);

    expect(problemsOver({ CRM_WEBHOOK_SECRET: secret, CRM_WEBHOOK_SECRET_FILE: fileWith(secret) })).toEqual([
      'CRM_WEBHOOK_SECRET and CRM_WEBHOOK_SECRET_FILE exclude each other',
    ]);
  });
});

describe(`${readEnvironment.name} with CRM_WEBHOOK_URL`, () => {
  it.each(['http://crm.example.com/events', 'HTTP://crm.example.com', 'http://127.0.0.1:4011'])(
    'refuses %s unless private addresses are allowed',
    (url) => {
      expect(problemsOver({ CRM_WEBHOOK_URL: url })).toEqual([
        'CRM_WEBHOOK_URL must start with https:// unless CRM_WEBHOOK_ALLOW_PRIVATE is true',
      ]);
      expect(problemsOver({ CRM_WEBHOOK_URL: url, CRM_WEBHOOK_ALLOW_PRIVATE: 'true' })).toEqual([]);
    },
  );

  it('takes https:// either way', () => {
    for (const allowed of ['', 'true', 'false'])
      expect(
        problemsOver({
          CRM_WEBHOOK_URL: 'https://crm.example.com/events',
          CRM_WEBHOOK_ALLOW_PRIVATE: allowed,
        }),
      ).toEqual([]);
  });

  it.each(['1', 'yes', 'TRUE'])('does not treat %s as permission', (word) => {
    expect(problemsOver({ CRM_WEBHOOK_ALLOW_PRIVATE: word })).toEqual([
      'CRM_WEBHOOK_ALLOW_PRIVATE must be true or false',
    ]);
  });
});
