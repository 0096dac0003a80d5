import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SeededRandom } from '../../support/seeded-random';
import { attack } from './scenarios/attack-scenario';
import { budget } from './scenarios/budget-scenario';
import { crowd } from './scenarios/crowd-scenario';
import { deployment } from './scenarios/deployment-scenario';
import { freeze } from './scenarios/freeze-scenario';
import { kills } from './scenarios/kills-scenario';
import { orphans } from './scenarios/orphans-scenario';
import { outage } from './scenarios/outage-scenario';
import { race } from './scenarios/race-scenario';
import { rolling } from './scenarios/rolling-scenario';
import type { Scenario } from './scenarios/scenario';
import { storm } from './scenarios/storm-scenario';
import { takeover } from './scenarios/takeover-scenario';

const USAGE = `Usage: npm run chaos -- [options]

  --only name     one of storm, orphans, kills, freeze, race, rolling, outage,
                  budget, crowd, attack, takeover, deployment (default
                  storm)
  --seed number   repeats the faults of an earlier run (default: a new seed)
  --minutes m     duration of the storm, the budget, the attack or the outage of
                  the database (default 1)
  --sessions n    number of sessions of the crowd and of the takeover
                  (default 10000)
  --restarts n    planned restarts of the deployment (default 20)
  --kills n       kills of the deployment (default 5)
  --attacks a,b   attacks to run, to measure them separately (default: all)
  --help
`;

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  storm,
  orphans,
  kills,
  freeze,
  race,
  rolling,
  outage,
  budget,
  crowd,
  attack,
  takeover,
  deployment,
};
/** Path of the built service in the compiler's output. */
const ENTRY = join(__dirname, '..', '..', '..', 'src', 'main.js');

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: 'storm' },
      seed: { type: 'string' },
      minutes: { type: 'string', default: '1' },
      sessions: { type: 'string', default: '10000' },
      restarts: { type: 'string', default: '20' },
      kills: { type: 'string', default: '5' },
      attacks: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  const scenario = SCENARIOS[values.only];
  if (values.help || scenario === undefined) {
    console.log(USAGE);
    return;
  }
  const random = values.seed === undefined ? new SeededRandom() : new SeededRandom(Number(values.seed));
  const startedAt = performance.now();
  const tell = (what: string): void => {
    console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${what}`);
  };
  tell(`${values.only}, seed ${random.seed}`);
  const findings = await scenario({
    random,
    minutes: Number(values.minutes),
    sessions: Number(values.sessions),
    restarts: Number(values.restarts),
    kills: Number(values.kills),
    attacks: values.attacks === '' ? [] : values.attacks.split(','),
    entry: ENTRY,
    tell,
  });
  for (const finding of findings) console.log(finding);
  tell(findings.length === 0 ? 'everything held' : `${findings.length} findings with --seed ${random.seed}`);
  if (findings.length > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
