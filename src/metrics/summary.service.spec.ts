import { SummaryService } from './summary.service';
import { FakeSummaryStore } from './ports/summary.store.fake';

describe(SummaryService.name, () => {
  it('is zero before the first session', async () => {
    expect(await new SummaryService(new FakeSummaryStore()).summary()).toEqual({
      averageLatencyMs: 0,
      disconnectionRate: '0.0000',
      totalSessions: 0,
      endedByReason: {},
    });
  });

  it.each([
    [1, 3, '0.3333'],
    [2, 3, '0.6667'],
    [1, 1, '1.0000'],
    [1, 100_000, '0.0000'],
    [0, 7, '0.0000'],
  ])(
    'shows the share of %d disconnected in %d started sessions with four decimals',
    async (lost, all, rate) => {
      const store = new FakeSummaryStore({ sessionsStarted: all, sessionsDisconnected: lost });

      expect(await new SummaryService(store).summary()).toMatchObject({
        disconnectionRate: rate,
        totalSessions: all,
      });
    },
  );

  it.each([
    [100, 3, 33],
    [5, 2, 3],
    [1, 3, 0],
  ])('rounds the mean of %d ms over %d deliveries', async (sum, deliveries, mean) => {
    const store = new FakeSummaryStore({ deliveries, deliveryLatencyMsSum: sum });

    expect(await new SummaryService(store).summary()).toMatchObject({ averageLatencyMs: mean });
  });

  it('passes on the ends by reason', async () => {
    const store = new FakeSummaryStore({ endedByReason: { requested: 2, gone: 1 } });

    expect(await new SummaryService(store).summary()).toMatchObject({
      endedByReason: { requested: 2, gone: 1 },
    });
  });
});
