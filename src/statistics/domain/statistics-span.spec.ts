import { InvalidRequestError } from '../../common/errors/invalid-request.errors';
import { type RequestedSpan, spanOf } from './statistics-span';

const NOW = 1_800_000_000_000 + 30_500;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const KEEP_MS = 48 * HOUR;

const points = (requested: RequestedSpan): number => {
  const { from, to, stepMs } = spanOf(requested, NOW, KEEP_MS);
  return (to - from) / stepMs;
};

const refusedPointer = (requested: RequestedSpan): string | undefined => {
  try {
    spanOf(requested, NOW, KEEP_MS);
    return undefined;
  } catch (error) {
    return (error as InvalidRequestError).errors[0]?.pointer;
  }
};

describe(spanOf.name, () => {
  it('is the last 60 whole minutes by default', () => {
    const to = 1_800_000_000_000;
    expect(spanOf({}, NOW, KEEP_MS)).toEqual({ from: to - HOUR, to, stepMs: MINUTE });
  });

  it('begins an hour before its end, and ends now', () => {
    const to = NOW - 5 * HOUR;
    expect(spanOf({ to }, NOW, KEEP_MS)).toMatchObject({ from: to - HOUR - 30_500, to: to - 30_500 });
    expect(points({ from: NOW - 10 * MINUTE })).toBe(10);
  });

  it('is the minute of its beginning where it is shorter', () => {
    const from = NOW - 10_000;
    expect(spanOf({ from, to: NOW }, NOW, KEEP_MS)).toMatchObject({ from: NOW - 30_500, to: NOW + 29_500 });
  });

  it.each([
    [2 * HOUR, MINUTE, 120],
    [2 * HOUR + 1, MINUTE, 121],
    [4 * HOUR, MINUTE, 240],
    [4 * HOUR + MINUTE, 2 * MINUTE, 121],
    [48 * HOUR, 12 * MINUTE, 240],
  ])('of %i ms has points of %i ms by default', (lengthMs, stepMs, count) => {
    const span = { from: NOW - lengthMs, to: NOW };
    expect(spanOf(span, NOW, KEEP_MS).stepMs).toBe(stepMs);
    expect(points(span)).toBe(count);
  });

  it('may be longer than the last point fills', () => {
    expect(points({ from: NOW - 10 * MINUTE, to: NOW, stepMs: 4 * MINUTE })).toBe(3);
  });

  it.each<[string, RequestedSpan, string]>([
    ['an end before its beginning', { from: NOW, to: NOW - 1 }, '#/to'],
    ['no length', { from: NOW, to: NOW }, '#/to'],
    ['a beginning in the future', { from: NOW + 1 }, '#/to'],
    ['a length beyond the retention', { from: NOW - KEEP_MS - 1, to: NOW }, '#/from'],
    ['too many points', { from: NOW - 4 * HOUR - 1, to: NOW, stepMs: MINUTE }, '#/step'],
  ])('is refused with %s', (_, requested, pointer) => {
    expect(refusedPointer(requested)).toBe(pointer);
  });
});
