import { RequestContext } from '../logging/request-context';
import { Coalescer } from './coalescer';

let reports: [event: string, count: number][];
let coalescer: Coalescer<string>;

beforeEach(() => {
  jest.useFakeTimers();
  reports = [];
  coalescer = new Coalescer<string>(3, (event, count) => {
    reports.push([event, count]);
  });
});
afterEach(() => {
  jest.useRealTimers();
});

function add(kind: string, times = 1): void {
  for (let time = 0; time < times; time += 1) coalescer.add(kind, kind);
}

const total = (): number => reports.reduce((sum, [, count]) => sum + count, 0);

describe(Coalescer.name, () => {
  it('reports the first of each kind at once, and the others as a count when the second is over', () => {
    add('a', 10);
    add('b', 2);
    expect(reports).toEqual([
      ['a', 1],
      ['b', 1],
    ]);

    jest.advanceTimersByTime(1_000);
    expect(reports.slice(2)).toEqual([
      ['a', 9],
      ['b', 1],
    ]);
  });

  it('reports at once again what comes after the window', () => {
    add('a');
    jest.advanceTimersByTime(1_000);
    add('a');

    expect(reports).toEqual([
      ['a', 1],
      ['a', 1],
    ]);
  });

  it.each([10, 1_000, 1_500])('reports about once a minute what goes on every %i ms', (everyMs) => {
    const minutes = 30;
    const added = (minutes * 60_000) / everyMs;
    for (let time = 0; time < added; time += 1) {
      add('a');
      jest.advanceTimersByTime(everyMs);
    }
    coalescer.flush();

    expect(reports.length).toBeLessThanOrEqual(minutes + 10);
    expect(total()).toBe(added);
  });

  it('forgets a kind that was quiet, and its timer with the last one', () => {
    add('a', 5);
    jest.advanceTimersByTime(200_000);
    expect(jest.getTimerCount()).toBe(0);
    add('a', 2);
    jest.advanceTimersByTime(1_000);

    expect(reports.slice(-2)).toEqual([
      ['a', 1],
      ['a', 1],
    ]);
  });

  it('has a bound of kinds: further ones are one kind, and none is lost', () => {
    for (const kind of ['a', 'b', 'c', 'd', 'e', 'f']) add(kind);
    coalescer.flush();

    expect(reports).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
      ['d', 1],
      ['d', 2],
    ]);
  });

  it('reports every count when it is flushed, and goes on', () => {
    add('a', 3);
    coalescer.flush();
    add('a', 4);
    coalescer.flush();
    coalescer.flush();

    expect(reports).toEqual([
      ['a', 1],
      ['a', 2],
      ['a', 4],
    ]);
  });

  it('keeps a count that its own report gives back', () => {
    let isBusy = true;
    const giving: Coalescer<string> = new Coalescer<string>(3, (event, count) => {
      if (isBusy) giving.add(event, event, count);
      else reports.push([event, count]);
    });
    giving.add('a', 'a');
    giving.add('a', 'a');
    isBusy = false;
    jest.advanceTimersByTime(1_000);

    expect(reports).toEqual([['a', 2]]);
  });

  it('reports a count in the context of no request', () => {
    const ids: (string | undefined)[] = [];
    const told = new Coalescer<string>(3, () => {
      ids.push(RequestContext.requestId);
    });
    RequestContext.run('request-1', () => {
      told.add('a', 'a');
      told.add('a', 'a');
    });
    jest.advanceTimersByTime(1_000);

    expect(ids).toEqual(['request-1', undefined]);
  });
});
