import { acceptsCoding, prefersHtml } from './accept';

describe(prefersHtml.name, () => {
  it.each([
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
    ['who wants pages only', 'text/html'],
    ['who takes any text', 'text/*'],
    ['who weighs', 'application/json;q=0.1, text/html; q=0.2'],
    ['who writes in capitals', 'TEXT/HTML, application/json;Q=0.5'],
  ])('is true for %s', (_, accept) => {
    expect(prefersHtml(accept)).toBe(true);
  });

  it.each([
    ['who says nothing', undefined],
    ['who takes anything', '*/*'],
    ['who wants data', 'application/json'],
    ['who wants problems', 'application/problem+json'],
    ['who likes both', 'text/html, application/json'],
    ['who weighs', 'text/html;q=0.5, application/json;q=0.6'],
    ['who wants no page', 'text/html;q=0, */*;q=0.1'],
    ['who says something else', 'image/png;q=x'],
    ['who says nothing at all', ''],
  ])('is false for %s', (_, accept) => {
    expect(prefersHtml(accept)).toBe(false);
  });
});

describe(acceptsCoding.name, () => {
  it.each([
    ['br', 'br'],
    ['gzip, deflate, br', 'gzip'],
    ['GZIP;q=0.1', 'gzip'],
    ['*', 'br'],
    ['gzip;q=0, *', 'br'],
  ])('is true with %s for %s', (accepted, coding) => {
    expect(acceptsCoding(accepted, coding)).toBe(true);
  });

  it.each([
    [undefined, 'br'],
    ['', 'br'],
    ['gzip', 'br'],
    ['br;q=0', 'br'],
    ['br;q=0, *', 'br'],
    ['brotli', 'br'],
    [['br'], 'br'],
  ])('is false with %s for %s', (accepted, coding) => {
    expect(acceptsCoding(accepted, coding)).toBe(false);
  });
});
