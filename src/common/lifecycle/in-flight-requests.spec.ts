import { InFlightRequests } from './in-flight-requests';

/** Tells whether the wait is over, after every resolved promise has run its callbacks. */
async function isOver(waiting: Promise<void>): Promise<boolean> {
  const later = new Promise<'later'>((resolve) => {
    setImmediate(resolve, 'later');
  });
  return (await Promise.race([waiting, later])) !== 'later';
}

describe(InFlightRequests.name, () => {
  it('is idle when nothing has begun', async () => {
    await expect(new InFlightRequests().idle(new AbortController().signal)).resolves.toBeUndefined();
  });

  it('is idle again when everything that began has ended', async () => {
    const requests = new InFlightRequests();
    requests.begin();
    requests.begin();
    const waiting = [
      requests.idle(new AbortController().signal),
      requests.idle(new AbortController().signal),
    ];

    requests.end();
    expect(await Promise.all(waiting.map(isOver))).toEqual([false, false]);
    requests.end();
    expect(await Promise.all(waiting.map(isOver))).toEqual([true, true]);
  });

  it('waits again for requests that begin later', async () => {
    const requests = new InFlightRequests();
    requests.begin();
    requests.end();
    requests.begin();
    const waiting = requests.idle(new AbortController().signal);

    expect(await isOver(waiting)).toBe(false);
    requests.end();
    expect(await isOver(waiting)).toBe(true);
  });

  it('waits no longer than its signal', async () => {
    const requests = new InFlightRequests();
    requests.begin();
    const patience = new AbortController();
    const waiting = requests.idle(patience.signal);

    expect(await isOver(waiting)).toBe(false);
    patience.abort();
    expect(await isOver(waiting)).toBe(true);
    expect(await isOver(requests.idle(patience.signal))).toBe(true);
  });
});
