import { UpstreamTimeoutError } from '../common/errors/upstream.errors';
import { ClockCheck } from './clock-check';
import type { Finding } from './finding';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const SIGNAL = new AbortController().signal;

async function findingFor(answer: string | undefined | Error): Promise<Finding | undefined> {
  const loginDate = (): Promise<string | undefined> =>
    answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  const [finding] = await new ClockCheck({ loginDate }, () => NOW).run(SIGNAL);
  return finding;
}

describe(ClockCheck.name, () => {
  it.each([
    [0, 'ok'],
    [4_000, 'ok'],
    [-4_000, 'ok'],
    [7_000, 'warn'],
    [-7_000, 'warn'],
    [59_000, 'warn'],
    [62_000, 'fail'],
    [-62_000, 'fail'],
  ])('compares the clocks: %d ms behind are %s', async (behindMs, outcome) => {
    expect(await findingFor(new Date(NOW + behindMs).toUTCString())).toMatchObject({ outcome });
  });

  it('says on which side the clock is', async () => {
    expect(await findingFor(new Date(NOW + 600_000).toUTCString())).toMatchObject({
      message: expect.stringContaining('behind the login host'),
    });
  });

  it.each([[undefined], ['yesterday'], [new UpstreamTimeoutError()]])(
    'is skipped without a time to compare with: %s',
    async (answer) => {
      expect(await findingFor(answer)).toMatchObject({ outcome: 'skipped' });
    },
  );
});
