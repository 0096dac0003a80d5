import { InvalidRequestError, MAX_TOLD_ERRORS } from './invalid-request.errors';

const errors = (count: number): ConstructorParameters<typeof InvalidRequestError>[0] =>
  Array.from({ length: count }, (_, at) => ({
    pointer: `#/${at}`,
    code: 'type',
    detail: 'must be a string',
  }));

describe(InvalidRequestError.name, () => {
  it.each([
    [1, 'The request has one error.'],
    [2, 'The request has 2 errors.'],
    [MAX_TOLD_ERRORS, 'The request has 20 errors.'],
  ])('tells all of %i errors', (count, message) => {
    expect(new InvalidRequestError(errors(count))).toMatchObject({ message, errors: errors(count) });
  });

  it.each([MAX_TOLD_ERRORS + 1, 20_000])(
    'lists the first 20 of %i errors, and says that there are more',
    (count) => {
      const { message, errors: told } = new InvalidRequestError(errors(count));

      expect(message).toBe('The request has more than 20 errors. These are the first.');
      expect(told).toEqual(errors(MAX_TOLD_ERRORS));
    },
  );
});
