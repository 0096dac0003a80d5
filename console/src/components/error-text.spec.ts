import { errorText } from './error-text';

describe(errorText, () => {
  it.each([
    [{ status: 422, error: 'status 422' }, 'status 422'],
    [{ status: 410, error: 'Gone' }, 'status 410: Gone'],
    [{ status: 500 }, 'status 500'],
    [{ error: 'timeout' }, 'timeout'],
    [{}, undefined],
  ])('says a status once: %p', (attempt, text) => {
    expect(errorText(attempt)).toBe(text);
  });
});
