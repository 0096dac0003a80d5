import { everywhere, readDeployed } from '../../support/deploy-files';
import { checkShippedConfiguration, HAS_HAPROXY } from '../../support/haproxy';
import { HAS_PROMETHEUS, Prometheus, promtool } from '../../support/prometheus';
import { SeededRandom } from '../../support/seeded-random';
import { until } from '../../support/until';
import { waitFor } from '../../support/wait-for';
import { sessionFindings } from './deployment-sessions';
import { explained } from './deployment-verdict';
import { DeploymentWorld } from './deployment-world';

const CALLERS = 8;
const RESIDENTS = 20;
/** Answered requests that are enough load around each event. */
const REQUESTS = 40;

const boardExpressions = everywhere(JSON.parse(readDeployed('grafana/board.json')), 'expr').map(String);
const [describeHAProxy, withoutHAProxy] = whereInstalled(HAS_HAPROXY, 'haproxy');
const [describePrometheus, withoutPrometheus] = whereInstalled(HAS_PROMETHEUS, 'prometheus');
const [describeBoth, withoutBoth] = whereInstalled(HAS_HAPROXY && HAS_PROMETHEUS, 'haproxy or prometheus');

describeHAProxy(`the shipped configuration of HAProxy${withoutHAProxy}`, () => {
  it('is valid', () => {
    expect(checkShippedConfiguration()).toMatchObject({
      status: 0,
      output: expect.stringContaining('Configuration file is valid') as string,
    });
  });
});

describePrometheus(`the shipped configuration of Prometheus${withoutPrometheus}`, () => {
  it.each([
    // The file with the key exists in the deployment only.
    ['check', 'config', '--syntax-only', 'prometheus.yaml'],
    ['check', 'rules', 'alerts.yaml'],
    ['test', 'rules', 'alerts.test.yaml'],
  ])('passes promtool %s %s', (...parameters) => {
    expect(promtool(...parameters)).toMatchObject({ status: 0 });
  });
});

describeBoth(`three replicas behind the shipped HAProxy and Prometheus${withoutBoth}`, () => {
  const random = new SeededRandom();
  let world: DeploymentWorld;
  let prometheus: Prometheus;

  beforeAll(async () => {
    world = await DeploymentWorld.start(undefined);
    await world.registerWebhook();
    const key = world.callers.prometheus.key;
    prometheus = await Prometheus.start({ targets: world.addresses, key });
  });

  afterAll(async () => {
    await prometheus[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  it('fail no request at a planned restart, and at a kill only those that it explains', async () => {
    await using load = world.load(random, RESIDENTS);
    await random.explain(async () => {
      const [restarted, killed] = world.replicas.replicas;
      const made = (): number => [...load.calls.made.values()].reduce((sum, count) => sum + count, 0);
      const underLoad = async (): Promise<void> => {
        const before = made();
        await until(() => made() >= before + REQUESTS);
      };
      await load.start(CALLERS);
      await underLoad();
      expect(await restarted?.stop()).toMatchObject({ code: 0 });
      await restarted?.start();
      await underLoad();
      expect(load.calls.failed).toEqual([]);

      const killedAt = performance.now();
      await killed?.kill();
      await killed?.start();
      await underLoad();
      await load.stop();

      const unexplained = explained(load.calls.failed, [killedAt]).filter(
        ({ reason }) => reason === undefined,
      );
      expect([...unexplained, ...load.inVain, ...load.messageFindings]).toEqual([]);
      expect(await sessionFindings(world, load)).toEqual([]);
    });
  });

  it('are scraped with the key of the credentials file', async () => {
    const isUp = { health: 'up', lastError: '' };
    await waitFor(async () => {
      expect(await prometheus.targets()).toMatchObject([isUp, isUp, isUp]);
    });
  });

  it('let Prometheus evaluate every rule', async () => {
    await waitFor(async () => {
      const rules = await prometheus.rules();
      expect(rules.length).toBeGreaterThan(30);
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    });
  });

  it('give every expression of the board a value', async () => {
    const answers = await Promise.all(
      boardExpressions.map(async (expression) => [expression, (await prometheus.query(expression)).length]),
    );

    expect(answers.filter(([, series]) => series === 0)).toEqual([]);
  });
});

/** Returns `describe` where the programs are installed; otherwise `describe.skip` with a word for the title. */
function whereInstalled(isInstalled: boolean, name: string): readonly [jest.Describe, string] {
  return isInstalled ? [describe, ''] : [describe.skip, ` (skipped: ${name} is not installed)`];
}
