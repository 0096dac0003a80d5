import { DeliveryFailedError, reasonOf } from './delivery.errors';

describe(reasonOf.name, () => {
  it('names the codes of the members of an aggregate, and no address', () => {
    const members = ['ENETUNREACH', 'ETIMEDOUT'].map((code) =>
      Object.assign(new Error(`connect ${code} 192.0.2.1:443`), { code }),
    );

    expect(reasonOf(new AggregateError(members))).toBe('AggregateError (ENETUNREACH, ETIMEDOUT)');
  });

  it('is our own words about a failed delivery', () => {
    const error = new DeliveryFailedError('status 503', { cause: new Error('secret') });

    expect(reasonOf(error)).toBe('status 503');
    expect(error.name).toBe('DeliveryFailedError');
  });

  it('is only the name of any other error, whose message may hold anything', () => {
    expect(reasonOf(new TypeError('jwt_00112233445566778899aabbccddeeff'))).toBe('TypeError');
  });

  it.each([undefined, null, 'secret', { message: 'secret' }])(
    'is unknown for a value that is not an error: %p',
    (thrown) => {
      expect(reasonOf(thrown)).toBe('unknown');
    },
  );
});
