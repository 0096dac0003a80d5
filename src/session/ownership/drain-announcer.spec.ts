import { RecordingLog } from '../../audit/recording-log.fake';
import { Drain } from '../../common/lifecycle/drain';
import { Environment } from '../../config/environment';
import { ServerConfig } from '../../config/server.config';
import { FakeLease } from '../../replica/ports/lease.fake';
import { DrainAnnouncer } from './drain-announcer';

let log: RecordingLog;
let drain: Drain;
let lease: FakeLease;

function begin(settings: Partial<Environment> = {}): void {
  const config = new ServerConfig(Object.assign(new Environment(), settings));
  new DrainAnnouncer(drain, config, lease).onModuleInit();
}

beforeEach(() => {
  log = RecordingLog.install();
  drain = new Drain();
  lease = Object.assign(new FakeLease(), { isShared: true });
});

describe(DrainAnnouncer.name, () => {
  it('announces the drain to the other replicas', () => {
    begin();
    expect(lease.isRetired).toBe(false);
    drain.announce();

    expect(lease.isRetired).toBe(true);
  });

  it('announces nothing for a single replica, or when its sessions end with it', () => {
    lease.isShared = false;
    begin();
    begin({ SHUTDOWN_MODE: 'disconnect' });
    drain.announce();
    lease.isShared = true;
    drain = new Drain();
    begin({ SHUTDOWN_MODE: 'disconnect' });
    drain.announce();

    expect(lease.isRetired).toBe(false);
  });

  it('continues the drain after a failed announcement', async () => {
    jest.spyOn(lease, 'retire').mockRejectedValue(new Error('away'));
    begin();
    drain.announce();
    await new Promise(setImmediate);

    expect(log.at('warn')).toHaveLength(1);
  });
});
