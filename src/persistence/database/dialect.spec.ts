import { isDataError, isHeldUp, isUnavailable, isWorthRetrying, ofFewLengths, refusalOf } from './dialect';

const withCode = (code: string) => Object.assign(new Error('It failed.'), { code });

describe(isDataError.name, () => {
  it.each([
    '22021',
    '22003',
    '22P02',
    '23505',
    '23502',
    '54000',
    'SQLITE_CONSTRAINT',
    'SQLITE_CONSTRAINT_CHECK',
  ])('counts %s as a data error', (code) => {
    expect(isDataError(withCode(code))).toBe(true);
  });

  it.each(['SQLITE_MISMATCH', 'SQLITE_TOOBIG', 'SQLITE_RANGE'])('counts %s as a data error', (code) => {
    expect(isDataError(withCode(code))).toBe(true);
  });

  it.each(['42P01', '40001', '57014', '2201', 'ERR_22021', 'SQLITE_FULL', 'SQLITE_BUSY', 'SQLITE_ERROR'])(
    'does not count %s as a data error',
    (code) => {
      expect(isDataError(withCode(code))).toBe(false);
    },
  );
});

describe(refusalOf.name, () => {
  it('gives the code and the names of the schema objects, and no value', () => {
    const message = 'invalid input syntax for type bigint: "what a guest wrote"';
    const refused = Object.assign(new Error(message), {
      code: '23505',
      table: 'session',
      constraint: 'session_pkey',
      detail: 'Key (name)=(Ada) already exists.',
    });

    expect(refusalOf(refused)).toBe('23505 (table session, constraint session_pkey)');
  });
});

describe(isUnavailable.name, () => {
  it.each([
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'],
    ...[
      '08006',
      '08P01',
      '25006',
      '28P01',
      '3D000',
      '53100',
      '53300',
      '55P03',
      '57014',
      '57P01',
      '57P03',
      '58030',
    ],
    ...['SQLITE_FULL', 'SQLITE_IOERR_FSYNC', 'SQLITE_READONLY_DBMOVED', 'SQLITE_BUSY', 'SQLITE_CORRUPT'],
  ])('takes %s for trouble with the database', (code) => {
    expect(isUnavailable(withCode(code))).toBe(true);
  });

  it.each([
    'ERR_INVALID_ARG_TYPE',
    '23505',
    '42P01',
    '22021',
    '40001',
    'SQLITE_CONSTRAINT_UNIQUE',
    'SQLITE_ERROR',
  ])('does not count %s as a data error', (code) => {
    expect(isUnavailable(withCode(code))).toBe(false);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
  ])('knows the drivers by their words: %s', (message) => {
    expect(isUnavailable(new Error(message))).toBe(true);
  });

  it('finds nothing in values that are not errors', () => {
    expect([undefined, null, 'ECONNREFUSED', 57014, {}].map(isUnavailable)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe(isWorthRetrying.name, () => {
  it('is true for deadlocks and serialization failures only', () => {
    expect(['40001', '40P01', '40002', '57014'].map((code) => isWorthRetrying(withCode(code)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe(isHeldUp.name, () => {
  it('is true for a lock of another transaction, and for errors that are worth retrying anyway', () => {
    expect(['55P03', '40P01', '40001', '57014'].map((code) => isHeldUp(withCode(code)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe(ofFewLengths.name, () => {
  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 4],
    [5, 8],
    [33, 64],
    [64, 64],
  ])('makes a list of %d one of %d, with the same members', (length, filled) => {
    const set = Array.from({ length }, (_, index) => index);

    expect(ofFewLengths(set)).toHaveLength(filled);
    expect([...new Set(ofFewLengths(set))]).toEqual(set);
  });
});
