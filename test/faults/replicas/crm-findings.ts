import type { CrmSimulator } from '../../../src/simulator/crm-simulator';

interface CrmEvent {
  readonly id: string;
  readonly conversationId: string;
  readonly sequence: number;
  readonly state: string;
}

/** The events that the CRM has to have received of a session in this final state, in order. */
const STORIES: Readonly<Record<string, string>> = {
  active: '1 connected',
  terminated: '1 connected, 2 terminated',
  failed: '',
};

/**
 * Returns the errors in the events that the CRM received: missing, surplus or out of order. A repeat has the id of
 * its event and is no error.
 */
export function crmFindings(
  crm: CrmSimulator,
  sessions: readonly { readonly id: string; readonly state: string }[],
): string[] {
  const heard = new Map<string, CrmEvent[]>(sessions.map(({ id }) => [id, []]));
  const findings: string[] = [];
  for (const { body } of crm.received) {
    const event = body as CrmEvent;
    const earlier = heard.get(event.conversationId);
    if (earlier === undefined)
      findings.push(`the CRM received events of ${event.conversationId}, which the service does not know`);
    else if ((earlier.at(-1)?.sequence ?? 0) > event.sequence)
      findings.push(`the CRM received event ${event.sequence} of ${event.conversationId} after a later one`);
    earlier?.push(event);
  }
  for (const { id, state } of sessions) {
    const story = storyOf(heard.get(id) ?? []);
    if (story !== STORIES[state]) findings.push(`${id} is ${state}, and the CRM received: ${story}`);
  }
  return findings;
}

/** Removes repeats by event id, and nothing else: two events with one sequence both show. */
function storyOf(events: readonly CrmEvent[]): string {
  const firstById = new Map<string, CrmEvent>();
  for (const event of events) if (!firstById.has(event.id)) firstById.set(event.id, event);
  return [...firstById.values()].map(({ sequence, state }) => `${sequence} ${state}`).join(', ');
}
