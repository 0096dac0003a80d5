import type { CrmSimulator } from '../simulator/crm-simulator';
import type { GenesysSimulator } from '../simulator/genesys-simulator';
import type { JournalEntry } from '../simulator/request-journal';

const LOOK_EVERY_MS = 50;

/**
 * Prints, in plain lines and in order, the requests that reach Genesys Cloud and the CRM. It never prints
 * credentials.
 */
export class Narrator {
  private readonly startedAt = Date.now();
  private readonly nameOf = new Map<string, string>();
  private seen = { genesys: 0, crm: 0 };
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly genesys: GenesysSimulator,
    private readonly crm: CrmSimulator,
    private readonly print: (line: string) => void,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.look();
    }, LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    this.look();
  }

  /** Prints the requests up to now. */
  catchUp(): void {
    this.look();
  }

  say(who: string, what: string): void {
    const seconds = ((Date.now() - this.startedAt) / 1000).toFixed(1).padStart(5);
    this.print(`${seconds} s  ${who.padEnd(16)} ${what}`);
  }

  private look(): void {
    for (const entry of this.fresh('genesys', this.genesys.requests.find({}))) this.tellGenesys(entry);
    for (const entry of this.fresh('crm', this.crm.requests.find({}))) this.tellCrm(entry);
  }

  /** Answered entries that were not printed yet; an unanswered one delays those after it. */
  private fresh(side: 'genesys' | 'crm', entries: readonly JournalEntry[]): JournalEntry[] {
    const unseen = entries.filter(({ seq }) => seq > this.seen[side]);
    const pending = unseen.findIndex(({ status }) => status === null);
    const told = pending === -1 ? unseen : unseen.slice(0, pending);
    this.seen[side] = told.at(-1)?.seq ?? this.seen[side];
    return told;
  }

  private tellGenesys({ method, path, body, status, conversationId }: JournalEntry): void {
    this.meet(body);
    const name = this.called(conversationId);
    this.say('  to Genesys', `${method} ${shorten(path)} ${name}${meaningOf(body)} → ${String(status)}`);
  }

  private tellCrm({ body, status }: JournalEntry): void {
    const { conversationId, state, sequence } = fieldsOf(body);
    const name = this.called(typeof conversationId === 'string' ? conversationId : undefined);
    this.say('  to the CRM', `POST event ${String(sequence)} ${name}"${String(state)}" → ${String(status)}`);
  }

  /** The request that opens a conversation has the guest's name. */
  private meet(body: unknown): void {
    const { id, from } = fieldsOf(body);
    const { name } = fieldsOf(from);
    if (typeof id === 'string' && typeof name === 'string') this.nameOf.set(id, name);
  }

  private called(conversationId: string | undefined): string {
    const name = conversationId === undefined ? undefined : this.nameOf.get(conversationId);
    return name === undefined ? '' : `[${name}] `;
  }
}

function shorten(path: string): string {
  return path.replace(/([0-9a-f]{8})-[0-9a-f-]{27}/, '$1…');
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

function meaningOf(body: unknown): string {
  const { context, status, to } = fieldsOf(body);
  const { heartbeatSequence } = fieldsOf(context);
  if (heartbeatSequence !== undefined) return 'heartbeat';
  if (status === 'disconnected') return '{"status":"disconnected"}';
  return to === undefined ? '' : 'a new conversation';
}
