import { hrefOf, PAGES, routeOf } from './route';

describe(routeOf, () => {
  it.each(['', '#', '#/'])('takes "%s" as the overview', (hash) => {
    expect(routeOf(hash)).toEqual({ page: 'overview', query: {} });
  });

  it('reads the page, the id and the filters', () => {
    expect(routeOf('#/sessions/a%2Fb?state=active&channel=web-messaging')).toEqual({
      page: 'sessions',
      id: 'a/b',
      query: { state: 'active', channel: 'web-messaging' },
    });
  });

  it.each(['#/nothing', '#/sessions/a/b'])('has no page for %s', (hash) => {
    expect(routeOf(hash).page).toBeUndefined();
  });

  it('keeps an id that is no valid encoding', () => {
    expect(routeOf('#/sessions/%E0%A4%A').id).toBe('%E0%A4%A');
  });
});

describe(hrefOf, () => {
  it.each(PAGES)('is the inverse of the reading, for %s', (page) => {
    const query = { text: 'ä &=?' };

    expect(routeOf(hrefOf(page, undefined, query))).toEqual({ page, query });
  });

  it('keeps ids of any characters, and leaves filters without a value out', () => {
    expect(routeOf(hrefOf('receivers', 'a/b?#', { state: '', sink: undefined }))).toEqual({
      page: 'receivers',
      id: 'a/b?#',
      query: {},
    });
  });
});
