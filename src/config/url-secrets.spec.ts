import { MINIMAL } from './environment.fake';
import { readEnvironment } from './read-environment';
import { basicSecrets, databaseUrlSecrets } from './url-secrets';

describe(databaseUrlSecrets.name, () => {
  it.each([
    ['postgres://a:p@ss@db/app', ['p@ss', 'p%40ss']],
    ['postgres://u:p%23w@host/db', ['p#w', 'p%23w']],
    ['postgres://u:p:w@host/db', ['p:w', 'p%3Aw']],
    ['postgres:///app?host=/run/postgresql&user=a&password=hunter22', ['hunter22']],
    ['postgres://u:p%40w@/app?host=/run/postgresql', ['p@w']],
    ['postgres://u@host/db?options=a:b@c', []],
  ])('of %s are %j', (url, secrets) => {
    expect(databaseUrlSecrets(url)).toEqual(secrets);
  });

  it('are secrets of the environment, and no shorter text is one', () => {
    const { secrets } = readEnvironment({ ...MINIMAL, DATABASE_URL: 'postgres://a:p@ss@db/app' });

    expect([...secrets]).toEqual(expect.arrayContaining(['p@ss', 'p%40ss']));
    expect(secrets).not.toContain('p');
  });
});

describe(basicSecrets.name, () => {
  it.each([
    ['https://u:p%3Aw@host/', ['p%3Aw', 'p:w', 'dTpwOnc=']],
    ['https://u@host/', ['dTo=']],
    ['https://host/a:b@c', []],
  ])('of %s are %j', (url, secrets) => {
    expect(basicSecrets(url)).toEqual(secrets);
  });
});
