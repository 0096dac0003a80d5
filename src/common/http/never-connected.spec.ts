import { neverConnected } from './never-connected';

function failed(code: string, syscall?: string): Error {
  return Object.assign(new Error('failed'), { code, ...(syscall === undefined ? {} : { syscall }) });
}

/** As Node makes it: with the code of its first member. */
function aggregate(...members: readonly Error[]): Error {
  return Object.assign(new AggregateError(members), { code: 'ETIMEDOUT' });
}

describe(neverConnected.name, () => {
  it.each([
    failed('ECONNREFUSED'),
    failed('UND_ERR_CONNECT_TIMEOUT'),
    failed('CERT_HAS_EXPIRED'),
    failed('ETIMEDOUT', 'connect'),
    failed('EACCES', 'connect'),
    failed('EAI_FAIL', 'getaddrinfo'),
    aggregate(failed('ENETUNREACH', 'connect'), failed('ETIMEDOUT', 'connect')),
  ])('is true of %p: nothing has left', (failure) => {
    expect(neverConnected(failure)).toBe(true);
  });

  it.each([
    failed('ETIMEDOUT', 'read'),
    failed('ETIMEDOUT'),
    failed('ECONNRESET', 'read'),
    aggregate(failed('ETIMEDOUT', 'connect'), failed('ECONNRESET', 'read')),
    'text',
    undefined,
  ])('is false of %p', (failure) => {
    expect(neverConnected(failure)).toBe(false);
  });
});
