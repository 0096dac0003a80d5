import { AccessCheck } from './access-check';

describe(AccessCheck.name, () => {
  it.each([
    ['keys', { outcome: 'ok' }],
    ['jwt', { outcome: 'ok' }],
    [
      'open',
      { outcome: 'warn', message: 'ACCESS_MODE is open: every program on this machine may do everything' },
    ],
    ['open-anywhere', { outcome: 'warn', fix: expect.stringContaining('ACCESS_MODE=keys') as string }],
  ] as const)('judges the mode %s', async (mode, expected) => {
    expect(await new AccessCheck({ mode }).run()).toEqual([expect.objectContaining(expected)]);
  });
});
