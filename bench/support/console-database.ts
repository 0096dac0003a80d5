import { newDataKey } from '../../src/config/data-key-list';
import type { SimulatorCommands, Simulators } from '../children/simulators';
import type { CommandedChild } from './commanded-child';
import { type ConsoleDataShape, describeRows, fillConsoleData } from './console-data';
import type { Landmarks } from './console-landmarks';
import { filling } from './console-storage';
import { newDatabase, type SubjectDatabase } from './subjects';
import type { Workspace } from './workspace';

/** A database with data, the key of the data, and the simulators that know its live sessions. */
export interface FilledDatabase {
  readonly database: SubjectDatabase;
  readonly dataKey: string;
  readonly marks: Landmarks;
  readonly rows: string;
  readonly addresses: Simulators;
  discard(): Promise<void>;
}

const FULL = { sessions: 50_000, live: 300, eventsEach: 10, webhooks: 200 };
const QUICK = { sessions: 1_000, live: 30, eventsEach: 10, webhooks: 20 };
const WEBHOOK_DELIVERIES_OF_A_SESSION = 2;
const MINUTES = 2 * 24 * 60;

/** Fills a SQLite file, or a database on the server, with 50,000 sessions and a million deliveries. */
export async function filledDatabase(
  workspace: Workspace,
  server: string | undefined,
  quick: boolean,
): Promise<FilledDatabase> {
  const simulators = workspace.child<SimulatorCommands>('simulators');
  const addresses = await simulators.ask('start', undefined);
  const database = await newDatabase(workspace, server);
  const dataKey = newDataKey('k1');
  const { marks, rows, ids } = await filling(database, dataKey, async (storage) => {
    const found = await fillConsoleData(storage, shapeOf(quick));
    const live = storage.db
      .selectFrom('session')
      .select('conversation_id as id')
      .where('state', '=', 'active');
    return { marks: found, rows: await describeRows(storage), ids: await live.execute() };
  });
  await seed(
    simulators,
    ids.map(({ id }) => id),
  );
  const discard = async (): Promise<void> => {
    await workspace.discard(simulators);
    await database.drop();
  };
  return { database, dataKey, marks, rows, addresses, discard };
}

async function seed(simulators: CommandedChild<SimulatorCommands>, ids: readonly string[]): Promise<void> {
  await simulators.ask('seed', ids);
}

/** The newest session begins now. */
function shapeOf(quick: boolean): ConsoleDataShape {
  const size = quick ? QUICK : FULL;
  const webhookDeliveries = size.sessions * WEBHOOK_DELIVERIES_OF_A_SESSION;
  return { ...size, webhookDeliveries, minutes: MINUTES, now: Date.now() };
}
