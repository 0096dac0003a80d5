import { Logger } from '@nestjs/common';
import { DatabaseConnection } from './database-connection';
import { UnitOfWork } from './unit-of-work';

describe(UnitOfWork.name, () => {
  let error: jest.SpyInstance;
  let work: UnitOfWork;

  beforeEach(() => {
    jest.useFakeTimers();
    error = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    work = new UnitOfWork(Object.create(DatabaseConnection.prototype) as DatabaseConnection);
  });

  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const fail = (code: string): Promise<unknown> =>
    work
      .query(() => Promise.reject(Object.assign(new Error('It failed.'), { code })))
      .catch((caught: unknown) => caught);

  it.each(['SQLITE_FULL', '53100'])('logs a full volume once per outage: %s', async (code) => {
    for (let failure = 0; failure < 5; failure += 1) {
      expect(await fail(code)).toMatchObject({
        code: 'storage-unavailable',
        message: expect.stringContaining('The storage of the database is full') as string,
      });
      jest.advanceTimersByTime(500_000);
    }
    expect(error).toHaveBeenCalledTimes(1);
    expect(error).toHaveBeenCalledWith(
      expect.objectContaining({ message: 'Database volume full', reason: 'storage-full', code }),
    );

    jest.advanceTimersByTime(600_001);
    await fail(code);
    expect(error).toHaveBeenCalledTimes(2);
  });

  it.each(['SQLITE_IOERR', '53300', 'ECONNREFUSED'])('logs no full volume for %s', async (code) => {
    expect(await fail(code)).toMatchObject({
      code: 'storage-unavailable',
      message: 'The service cannot reach its database at the moment.',
    });
    expect(error).not.toHaveBeenCalled();
  });
});
