import type { StorageErrorReason } from './ports/storage-errors';
import { ReadableMetrics } from './readable-metrics.fake';
import { StorageTelemetry } from './storage.telemetry';

describe(StorageTelemetry.name, () => {
  it('counts from zero, by reason', async () => {
    const metrics = new ReadableMetrics();
    let tell: (reason: StorageErrorReason) => void = () => undefined;
    new StorageTelemetry(metrics, { onError: (listener) => (tell = listener) });
    const of = (reason: StorageErrorReason) => metrics.sample(`storage_errors_total{reason="${reason}"}`);
    expect([await of('full'), await of('unavailable')]).toEqual([0, 0]);

    tell('full');
    tell('unavailable');
    tell('unavailable');
    expect([await of('full'), await of('unavailable')]).toEqual([1, 2]);
  });
});
