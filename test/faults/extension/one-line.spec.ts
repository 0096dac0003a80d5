import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExtendedService } from '../../support/extended-service';
import { crmStory } from '../../support/invariants';
import { ProcessWorld } from '../../support/process-world';
import { ServiceProcess } from '../../support/service-process';
import { type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { waitFor } from '../../support/wait-for';

/** The line in `docs/extending.md`. */
const LINE =
  "        import('../examples/opening-hours/opening-hours.module.js').then((m) => m.OpeningHoursModule.use()),";

interface LedgerLine {
  readonly id: string;
  readonly conversationId: string;
  readonly sequence: number;
  readonly state: string;
}

describe('a module that is added to the service by one line', () => {
  const storages = new ServiceStorages();
  let extended: ExtendedService;
  let storage: ServiceStorage;
  let world: ProcessWorld;
  let ledgerFile: string;

  beforeAll(async () => {
    extended = await ExtendedService.copy();
    await extended.addImport(LINE);
    await extended.build();
    storage = await storages.create('SQLite');
    ledgerFile = join(extended.folder, 'ledger.jsonl');
    world = await ProcessWorld.start(storage, {
      entry: extended.entry,
      environment: { LEDGER_FILE: ledgerFile, OPENING_HOURS_BY_QUEUE: '{"night":"closed"}' },
    });
  });

  afterAll(async () => {
    await world.stop();
    await storage.remove();
    await storages.stop();
    await extended[Symbol.asyncDispose]();
  });

  async function ledgerOf(conversationId: string): Promise<LedgerLine[]> {
    const lines = (await readFile(ledgerFile, 'utf8')).split('\n').slice(0, -1);
    return lines
      .map((line) => JSON.parse(line) as LedgerLine)
      .filter((line) => line.conversationId === conversationId);
  }

  function openingsSeen(): number {
    return world.genesys.requests.find({ method: 'POST', path: '/api/v2/conversations/messaging' }).length;
  }

  it('changes only that line of the composition root', async () => {
    expect(await extended.differences()).toEqual([`src/app.module.ts: + ${LINE.trim()}`]);
  });

  it('is the line of the documentation', async () => {
    expect(await readFile(join(__dirname, '../../../docs/extending.md'), 'utf8')).toContain(LINE.trim());
  });

  it('receives every change of a session in order, and so does the CRM', async () => {
    const id = await world.api.opened();
    expect((await world.api.end(id)).status).toBe(200);

    await waitFor(async () => {
      expect((await ledgerOf(id)).map(({ sequence, state }) => `${sequence} ${state}`)).toEqual([
        '1 connected',
        '2 terminated',
      ]);
    });
    await waitFor(() => {
      expect(crmStory(world.crm, id)).toEqual(['1 connected', '2 terminated']);
    });
  });

  it('is not blocked by the CRM, and has metrics of its own', async () => {
    world.crm.faults.add({ fault: { kind: 'status', status: 500 } });
    const id = await world.api.opened();

    await waitFor(async () => {
      expect((await ledgerOf(id)).map(({ state }) => state)).toEqual(['connected']);
    });
    await waitFor(async () => {
      expect(await world.api.metric('outbox_pending{sink="ledger"}')).toBe(0);
    });

    expect(await world.api.metric('outbox_pending{sink="crm"}')).toBe(1);
    expect(await world.api.metric('delivery_attempts_total{sink="ledger",result="ok"}')).toBeGreaterThan(0);
    world.crm.faults.clear();
    await world.api.end(id);
  });

  it('may refuse a session before any upstream request', async () => {
    const [openings, slots] = [openingsSeen(), await world.api.metric('session_slots_in_use')];

    const refused = await world.api.open('night');

    expect(refused).toMatchObject({
      status: 403,
      body: {
        type: '/problems/session-refused',
        code: 'session-refused',
        policy: 'opening-hours',
        reason: 'closed',
        detail: 'The queue is not open at this time. Its hours: closed (UTC).',
      },
    });
    expect(openingsSeen()).toBe(openings);
    expect(await world.api.metric('session_slots_in_use')).toBe(slots);
    expect(await world.api.metric('policy_refusals_total{policy="opening-hours",outcome="refused"}')).toBe(1);
  });

  it('may make the service unready', async () => {
    const response = await fetch(`${world.api.url}/health/ready`);

    expect(await response.json()).toMatchObject({ status: 'ok', details: { ledger: { status: 'up' } } });
  });

  it('may fail the start without its settings, like the service itself', async () => {
    const service = ServiceProcess.spawn(
      { ...world.environment, LEDGER_FILE: '', PORT: '0' },
      extended.entry,
    );

    expect((await service.exited).code).toBe(78);
    expect(service.stderr).toContain('LEDGER_FILE must be');
  });

  it('does not start with a default channel that no module has added', async () => {
    const settings = { GENESYS_CHANNEL: 'pigeon', DATA_DIR: join(extended.folder, 'data'), PORT: '0' };
    const service = ServiceProcess.spawn({ ...world.environment, ...settings }, extended.entry);

    expect((await service.exited).code).toBe(78);
    expect(service.stderr).toContain('GENESYS_CHANNEL must be one of: conversations-messaging');
  });
});
