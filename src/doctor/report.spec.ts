import { failure, ok, type ReportedFinding, skipped, warning } from './finding';
import { exitCodeOf, jsonOf, textOf } from './report';

const GOOD: ReportedFinding = { check: 'settings', ...ok('valid') };
const SKIPPED: ReportedFinding = { check: 'crm', ...skipped('not set') };
const ODD: ReportedFinding = { check: 'clock', ...warning('6 s ahead', 'Set the clock.') };
const BAD: ReportedFinding = { check: 'login', ...failure('refused', 'Correct it.') };

describe(exitCodeOf.name, () => {
  it.each([
    [[], 0],
    [[GOOD, SKIPPED], 0],
    [[GOOD, ODD], 1],
    [[BAD, ODD, GOOD], 2],
  ])('follows the worst finding: %j', (findings, exitCode) => {
    expect(exitCodeOf(findings)).toBe(exitCode);
  });
});

describe(textOf.name, () => {
  it('has one line for each finding, the fix below, and a summary', () => {
    expect(textOf([GOOD, BAD], [])).toBe(
      [
        'ok       settings  valid',
        'fail     login     refused',
        '                   fix: Correct it.',
        '',
        '1 fail, 0 warn, 1 ok, 0 skipped\n',
      ].join('\n'),
    );
  });

  it('hides secrets that a finding holds by mistake', () => {
    const leaking = { check: 'crm', ...ok('sent with s3cr3t-key') };

    expect(textOf([leaking], ['s3cr3t-key'])).toContain('sent with [hidden]');
    expect(jsonOf([leaking], ['s3cr3t-key'])).not.toContain('s3cr3t');
  });
});

describe(jsonOf.name, () => {
  it('is one document with the outcome, the exit code and the findings', () => {
    expect(JSON.parse(jsonOf([GOOD, ODD], []))).toEqual({
      outcome: 'warn',
      exitCode: 1,
      counts: { skipped: 0, ok: 1, warn: 1, fail: 0 },
      checks: [GOOD, ODD],
    });
  });
});
