import { JournalEntry, RequestJournal } from './request-journal';

function add(journal: RequestJournal, path: string, method = 'POST'): JournalEntry {
  return journal.add({
    at: 1,
    method,
    path,
    query: {},
    headers: {},
    body: null,
    conversationId: path.slice(1),
  });
}

describe('a request journal', () => {
  it('keeps the newest, oldest first, and counts all', () => {
    const journal = new RequestJournal(3);
    for (const path of ['/a', '/b', '/c', '/d', '/e']) add(journal, path);

    expect(journal.find().map(({ seq, path }) => [seq, path])).toEqual([
      [3, '/c'],
      [4, '/d'],
      [5, '/e'],
    ]);
    expect(journal.find({ limit: 1 })).toMatchObject([{ path: '/e' }]);
    expect(journal.find({ limit: 0 })).toEqual([]);
    expect(journal.total).toBe(5);
  });

  it('filters by method, path, conversation and status', () => {
    const journal = new RequestJournal(10);
    add(journal, '/a').status = 200;
    add(journal, '/a', 'GET');
    add(journal, '/ab');

    expect(journal.count({ path: '/a' })).toBe(2);
    expect(journal.count({ path: /^\/a/g })).toBe(3);
    expect(journal.count({ path: '/a', method: 'get' })).toBe(1);
    expect(journal.count({ conversationId: 'ab' })).toBe(1);
    expect(journal.count({ status: null })).toBe(2);
  });

  it('records nothing with a capacity of 0, and starts from 0 when cleared', () => {
    const journal = new RequestJournal(0);
    add(journal, '/a');
    expect([journal.total, journal.count()]).toEqual([1, 0]);

    journal.clear();

    expect(journal.total).toBe(0);
    expect(add(journal, '/b').seq).toBe(1);
  });
});
