import { Check } from './check';
import { Examination } from './examination';
import { failure, type Finding, ok, warning } from './finding';

class FixedCheck extends Check {
  override readonly fixOfTimeout = 'Try again.';
  override readonly timeoutMs = 1_000;

  constructor(
    override readonly name: string,
    private readonly outcome: () => Promise<readonly Finding[]>,
    override readonly needs: readonly string[] = [],
  ) {
    super();
  }

  override run(): Promise<readonly Finding[]> {
    return this.outcome();
  }
}

const NEVER = new AbortController().signal;
const FAILURE = failure('broken', 'Repair it.');

function findings(...given: readonly Finding[]): () => Promise<readonly Finding[]> {
  return () => Promise.resolve(given);
}

afterEach(() => {
  jest.useRealTimers();
});

describe(Examination.name, () => {
  it('reports the findings in the order of the checks', async () => {
    const checks = [new FixedCheck('a', findings(ok('1'), ok('2'))), new FixedCheck('b', findings(ok('3')))];

    expect(await new Examination(checks).run(NEVER)).toEqual([
      { check: 'a', ...ok('1') },
      { check: 'a', ...ok('2') },
      { check: 'b', ...ok('3') },
    ]);
  });

  it('skips checks that depend on a failure, also over another one, and says on which', async () => {
    const unreached = jest.fn(findings(ok('never')));
    const checks = [
      new FixedCheck('a', findings(FAILURE)),
      new FixedCheck('b', unreached, ['a']),
      new FixedCheck('c', unreached, ['b']),
    ];
    const [, b, c] = await new Examination(checks).run(NEVER);

    expect(unreached).not.toHaveBeenCalled();
    expect([b, c]).toEqual([
      { check: 'b', outcome: 'skipped', message: 'needs: a' },
      { check: 'c', outcome: 'skipped', message: 'needs: b' },
    ]);
  });

  it('runs a check after a warning of another', async () => {
    const checks = [
      new FixedCheck('a', findings(warning('odd', 'Mend it.'))),
      new FixedCheck('b', findings(ok('run')), ['a']),
    ];

    expect((await new Examination(checks).run(NEVER)).at(-1)).toEqual({ check: 'b', ...ok('run') });
  });

  it('ends a check that is not done in time', async () => {
    jest.useFakeTimers();
    const hanging = new FixedCheck('a', () => new Promise(() => undefined));
    const examined = new Examination([hanging]).run(NEVER);
    await jest.advanceTimersByTimeAsync(1_000);

    expect(await examined).toEqual([{ check: 'a', ...failure('not done within 1 s', 'Try again.') }]);
  });

  it('reports an error of a check by its name and code, not by its text', async () => {
    const error = Object.assign(new TypeError('the text'), { code: 'ECODE' });
    const [finding] = await new Examination([new FixedCheck('a', () => Promise.reject(error))]).run(NEVER);

    expect(finding).toEqual({ check: 'a', ...failure('cannot be checked: TypeError ECODE', 'Try again.') });
  });

  it('rejects with the reason of the signal', async () => {
    const interrupt = new AbortController();
    const hanging = new FixedCheck('a', () => new Promise(() => undefined));
    const examined = new Examination([hanging]).run(interrupt.signal);
    interrupt.abort(new Error('Interrupted.'));

    await expect(examined).rejects.toThrow('Interrupted.');
  });

  it('begins no check once the budget is used up', async () => {
    jest.useFakeTimers();
    const unreached = jest.fn(findings(ok('never')));
    const slow = async (): Promise<readonly Finding[]> => {
      await jest.advanceTimersByTimeAsync(900);
      return [ok('1')];
    };
    const checks = [new FixedCheck('a', slow), new FixedCheck('b', unreached)];

    expect(await new Examination(checks, 900).run(NEVER)).toEqual([
      { check: 'a', ...ok('1') },
      { check: 'b', outcome: 'skipped', message: 'not begun: the checks before took 0.9 s' },
    ]);
    expect(unreached).not.toHaveBeenCalled();
  });
});
