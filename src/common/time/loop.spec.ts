import { RequestContext } from '../logging/request-context';
import { Loop } from './loop';

/** Work with runs that the test ends. */
class FakeWork {
  readonly errors: unknown[] = [];
  readonly loop: Loop;
  runs = 0;
  private readonly endings: { resolve: () => void; reject: (error: unknown) => void }[] = [];

  constructor(pauseMs = 1_000, throttleMs = 0) {
    this.loop = new Loop(
      pauseMs,
      () => this.run(),
      (error) => this.errors.push(error),
      throttleMs,
    );
  }

  get inFlight(): number {
    return this.endings.length;
  }

  async end(): Promise<void> {
    this.endings.shift()?.resolve();
    await settled();
  }

  async fail(error: unknown): Promise<void> {
    this.endings.shift()?.reject(error);
    await settled();
  }

  private run(): Promise<void> {
    this.runs += 1;
    return new Promise((resolve, reject) => {
      this.endings.push({ resolve, reject });
    });
  }
}

const settled = (): Promise<void> => jest.advanceTimersByTimeAsync(0);

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe(Loop.name, () => {
  it('runs at once, and again a pause after each run has ended', async () => {
    const work = new FakeWork();
    work.loop.start();
    expect(work.runs).toBe(1);

    await jest.advanceTimersByTimeAsync(10_000);
    expect(work.runs).toBe(1);

    await work.end();
    await jest.advanceTimersByTimeAsync(999);
    expect(work.runs).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(work.runs).toBe(2);
  });

  it('begins with the pause if requested', async () => {
    const work = new FakeWork();
    work.loop.startLater();

    await jest.advanceTimersByTimeAsync(999);
    expect(work.runs).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(work.runs).toBe(1);
  });

  it('runs at once when woken, and then with the pause from there', async () => {
    const work = new FakeWork();
    work.loop.start();
    await work.end();
    await jest.advanceTimersByTimeAsync(900);

    work.loop.wake();
    expect(work.runs).toBe(2);
    await work.end();
    await jest.advanceTimersByTimeAsync(999);
    expect(work.runs).toBe(2);
    await jest.advanceTimersByTimeAsync(1);
    expect(work.runs).toBe(3);
  });

  it('never overlaps itself: woken often during a run, it runs once more right after it', async () => {
    const work = new FakeWork();
    work.loop.start();
    work.loop.wake();
    work.loop.wake();
    expect([work.runs, work.inFlight]).toEqual([1, 1]);

    await work.end();
    expect([work.runs, work.inFlight]).toEqual([2, 1]);
    await work.end();
    expect([work.runs, work.inFlight]).toEqual([2, 0]);
  });

  it('runs a throttle after the last run when it is woken, once for all that was meanwhile', async () => {
    const work = new FakeWork(1_000, 50);
    work.loop.start();
    work.loop.wake();
    await work.end();
    expect(work.runs).toBe(1);

    work.loop.wake();
    await jest.advanceTimersByTimeAsync(49);
    work.loop.wake();
    expect(work.runs).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(work.runs).toBe(2);
    await work.end();

    await jest.advanceTimersByTimeAsync(50);
    expect(work.runs).toBe(2);
    work.loop.wake();
    expect(work.runs).toBe(3);
  });

  it('reports errors and continues after the pause, also when it was woken meanwhile', async () => {
    const work = new FakeWork();
    work.loop.start();
    work.loop.wake();

    await work.fail(new Error('broken'));

    expect(work.errors).toEqual([new Error('broken')]);
    expect(work.runs).toBe(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(work.runs).toBe(2);
  });

  it('waits for the run in flight when it stops, and never runs again', async () => {
    const work = new FakeWork();
    work.loop.start();
    work.loop.wake();
    let stopped = false;
    const stopping = work.loop.stop().then(() => {
      stopped = true;
    });
    await settled();
    expect(stopped).toBe(false);

    await work.end();
    await stopping;
    work.loop.wake();
    await jest.advanceTimersByTimeAsync(10_000);

    expect(work.runs).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('may be stopped during its pause, before its start, and twice', async () => {
    const work = new FakeWork();
    await work.loop.stop();
    work.loop.wake();
    expect(work.runs).toBe(0);

    work.loop.start();
    await work.end();
    await work.loop.stop();
    await work.loop.stop();

    expect([work.runs, jest.getTimerCount()]).toEqual([1, 0]);
  });

  it('starts again after a stop', async () => {
    const work = new FakeWork();
    work.loop.start();
    await work.end();
    await work.loop.stop();

    work.loop.start();

    expect(work.runs).toBe(2);
  });

  it('runs outside of any request, also when a request wakes it', async () => {
    const seen: (string | undefined)[] = [];
    const work = (): Promise<void> => {
      seen.push(RequestContext.requestId);
      return Promise.resolve();
    };
    const loop = new Loop(1_000, work, () => undefined);

    RequestContext.run('request-1', () => {
      loop.start();
    });
    await jest.advanceTimersByTimeAsync(1_000);

    expect(seen).toEqual([undefined, undefined]);
  });
});
