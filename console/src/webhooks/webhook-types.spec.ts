import { changesOf, EMPTY_WEBHOOK, knownTypesOf } from './webhook-types';

describe(knownTypesOf, () => {
  it('keeps the order of the console, and leaves unknown types out', () => {
    expect(knownTypesOf(['message.sent', 'session.*', 'weather.*'])).toEqual(['session.*', 'message.sent']);
  });
});

describe(changesOf, () => {
  const before = { ...EMPTY_WEBHOOK, url: 'https://receiver.example/a' };

  it('has no property that is the same', () => {
    expect(changesOf(before, { ...before, url: ' https://receiver.example/a ' })).toEqual({});
  });

  it('has the properties that differ', () => {
    const after = { ...before, description: 'CRM', types: ['message.*' as const] };

    expect(changesOf(before, after)).toEqual({ description: 'CRM', types: ['message.*'] });
  });
});
