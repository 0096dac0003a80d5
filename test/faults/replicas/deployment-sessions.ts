import { waitFor } from '../../support/wait-for';
import type { DeploymentLoad } from './deployment-load';
import type { DeploymentWorld } from './deployment-world';

const SETTLED_WITHIN_MS = 60_000;

/**
 * Returns broken promises about sessions in words, once the load has stopped: sessions that were kept are active, ended ones
 * have ended in the database and upstream, and every event of theirs was delivered to the CRM.
 */
export async function sessionFindings(
  { replicas: world }: DeploymentWorld,
  load: DeploymentLoad,
): Promise<string[]> {
  const pending = `select count(*) as pending from delivery where status = 'pending'`;
  try {
    await waitFor(async () => {
      const [row] = await world.query(pending);
      if (Number(row?.['pending']) > 0)
        throw new Error(`${String(row?.['pending'])} events are not delivered`);
    }, SETTLED_WITHIN_MS);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  const rows = await world.query('select conversation_id as id, state from session');
  const states = new Map(rows.map(({ id, state }) => [String(id), String(state)]));
  const not = (ids: Iterable<string>, state: string): string[] =>
    [...ids]
      .filter((id) => states.get(id) !== state)
      .map((id) => `${id} is ${states.get(id) ?? 'unknown'}, not ${state}`);
  return [...not(load.kept, 'active'), ...not(load.ended, 'terminated')];
}
