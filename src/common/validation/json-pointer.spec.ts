import { pointerTo } from './json-pointer';

describe(pointerTo.name, () => {
  it('escapes the special characters of a pointer', () => {
    expect(pointerTo('#/list/0', 'a/b~c')).toBe('#/list/0/a~1b~0c');
  });

  it('keeps a name of 100 characters and truncates a longer one', () => {
    expect(pointerTo('#', 'x'.repeat(100))).toBe(`#/${'x'.repeat(100)}`);
    expect(pointerTo('#', 'x'.repeat(64_000))).toBe(`#/${'x'.repeat(100)}…`);
  });

  it('is at most twice as long for an escaped name', () => {
    expect(pointerTo('#', '~'.repeat(64_000))).toBe(`#/${'~0'.repeat(100)}…`);
  });

  it('does not cut a surrogate pair in two', () => {
    expect(pointerTo('#', `${'x'.repeat(99)}😀😀`)).toBe(`#/${'x'.repeat(99)}…`);
  });
});
