import { postgresUrlFault, urlFault } from './url-rules';

describe(urlFault.name, () => {
  it.each([
    'https://crm.example.com/events',
    'http://crm_service:8080/events',
    'http://my_crm_1/',
    'https://[2001:db8::1]/x',
    'https://192.0.2.1',
    'https://CRM.example.com:8443/x?y=@',
    'https://bücher.example/',
  ])('takes %s', (url) => {
    expect(urlFault(url, ['https', 'http'], false)).toBeUndefined();
  });

  it.each([
    'crm.example.com',
    'ftp://crm',
    '//crm',
    'https://',
    'https:crm',
    'https:///crm',
    'https://a b',
    'https://2130706433/',
    'https://0x7f.1/',
    '',
  ])('refuses %j', (url) => {
    expect(urlFault(url, ['https', 'http'], true)).toBe('must be a URL that starts with https:// or http://');
  });

  it('accepts credentials in schemes that use them', () => {
    const url = 'https://user:canary@crm.example.com/';

    expect(urlFault(url, ['https'], true)).toBeUndefined();
    expect(urlFault(url, ['https'], false)).toBe('must not hold a user or a password');
  });

  it.each(['https://user:50%@crm.example.com/', 'https://us%zzer@crm.example.com/', 'https://u:%ff@crm/'])(
    'refuses credentials that cannot be decoded: %s',
    (url) => {
      expect(urlFault(url, ['https'], true)).toBe('must have its user and password percent-encoded');
    },
  );
});

describe(postgresUrlFault.name, () => {
  it.each([
    'postgres://user:pass@localhost:5432/sessions',
    'postgresql://user:p%23w@db.example/sessions?sslmode=require',
    'postgresql:///db?host=/var/run/postgresql',
    'postgres://u:p@/db?host=/var/run/postgresql',
    'postgres://u:p:w@host/db',
    'postgres://crm_service/db',
    'postgres://u:p@my_postgres_1:5432/db',
    'postgres://u@%2Fvar%2Frun%2Fpostgresql/db',
    'postgres://u:p@host/db?options=a@b',
    'postgres://host:5432/db?options=a@b',
  ])('takes %s', (url) => {
    expect(postgresUrlFault(url)).toBeUndefined();
  });

  it.each([
    ['mysql://host/db', 'must be a URL that starts with postgres:// or postgresql://'],
    [
      'postgres://u:p#canary@host/db',
      'has a #, / or ? in its user or password, which must be percent-encoded',
    ],
    [
      'postgres://u:p/canary@host/db',
      'has a #, / or ? in its user or password, which must be percent-encoded',
    ],
    [
      'postgres://u:p?canary@host/db',
      'has a #, / or ? in its user or password, which must be percent-encoded',
    ],
    [
      'postgres://u:canary@host:port/db',
      'cannot be parsed: percent-encode special characters of its user and password',
    ],
    [
      'postgres://u:canary@host/db?sslrootcert=/not/there.pem',
      'names a file that cannot be read (ENOENT: /not/there.pem)',
    ],
  ])('says what is wrong with %s, without its password', (url, fault) => {
    expect(postgresUrlFault(url)).toBe(fault);
  });
});
