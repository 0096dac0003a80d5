import { RateLimitCheck } from './rate-limit-check';

const SIGNAL = new AbortController().signal;

async function outcomeOf(allowed: number | undefined, count: number): Promise<string | undefined> {
  const answer = { status: 404, permissions: [], allowed, count, correlationId: undefined };
  const [finding] = await new RateLimitCheck('client', 300, { read: () => Promise.resolve(answer) }).run(
    SIGNAL,
  );
  return finding?.outcome;
}

describe(RateLimitCheck.name, () => {
  it.each([
    [300, 3, 'ok'],
    [1_000, 3, 'ok'],
    [180, 3, 'warn'],
    [300, 200, 'warn'],
    [undefined, 3, 'skipped'],
  ])('allowed %p, used %d: %s', async (allowed, count, outcome) => {
    expect(await outcomeOf(allowed, count)).toBe(outcome);
  });
});
