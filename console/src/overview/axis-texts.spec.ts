import { durationText } from '../format/age';
import { AXIS_STEPS, axisTexts } from './axis-texts';

describe(axisTexts, () => {
  it('leaves out a label that repeats the one before it', () => {
    expect(axisTexts([0, 500, 1_000, 1_500, 2_000], durationText)).toEqual([
      '0 ms',
      '500 ms',
      '1 s',
      '',
      '2 s',
    ]);
  });

  it('is given steps that begin with one', () => {
    expect(AXIS_STEPS.slice(0, 5)).toEqual([1, 2, 5, 10, 20]);
  });
});
