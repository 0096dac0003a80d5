import { ProcessWorld } from '../../support/process-world';
import { type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { until } from '../../support/until';
import { JUMPS_ON_SIGNAL } from '../replicas/clock-jump';

const storages = new ServiceStorages();

afterAll(() => storages.stop());

describe('an embedded database whose machine sets its clock forward by an hour', () => {
  let storage: ServiceStorage;
  let world: ProcessWorld;

  beforeAll(async () => {
    storage = await storages.create('SQLite');
    world = await ProcessWorld.start(storage, { environment: { NODE_OPTIONS: JUMPS_ON_SIGNAL } });
  });

  afterAll(async () => {
    await world.stop();
    await storage.remove();
  });

  async function stepsSeen(): Promise<number> {
    const page = await (await fetch(`${world.service.url}/metrics`)).text();
    return Number(/^guest_sessions_clock_steps_total (\d+)/m.exec(page)?.[1]);
  }

  it('ends no session before its time, and delivers what was refused before', async () => {
    const { api, crm, genesys, service } = world;
    const accepted = await api.opened();
    await until(() => crm.eventsOf(accepted).length === 1);
    crm.faults.add({ fault: { kind: 'status', status: 500 }, times: 1 });
    const refused = await api.opened();
    await until(() => crm.requests.total === 2);
    service.signal('SIGUSR2');
    await until(async () => (await stepsSeen()) === 1);
    const seen = genesys.requests.total;
    await until(() => crm.eventsOf(refused).length === 1 && genesys.requests.total >= seen + 4, 60_000);

    for (const id of [accepted, refused]) {
      expect((await api.get(id)).body).toMatchObject({ state: 'active' });
    }
    expect(service.stdout).toContain('Clock of the machine stepped');
  });
});
