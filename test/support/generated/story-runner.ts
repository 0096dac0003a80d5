import { isRecord, type Json } from '../openapi-reader';
import type { RawAnswer } from '../raw-http';
import type { ApiOperation } from './api-description';
import type { FuzzCallers, Member } from './fuzz-callers';
import type { GeneratedTraffic } from './generated-traffic';
import type { RequestWriter } from './request-writer';
import type { StoryStep, Story, SessionScript } from './session-story';

/** The known state of a script's session. */
interface Known {
  readonly id: string;
  readonly owner: Member;
  tag: string;
  /** The end reason, once it has ended. */
  end: Pick<Json, string> | undefined;
  /** Whether its tag may have changed since it was read. */
  hasChanged: boolean;
}

/**
 * Executes stories and checks every answer against the earlier ones: a session is accessible to its owner only, keeps
 * its state, and ends once.
 */
export class StoryRunner {
  constructor(
    private readonly traffic: GeneratedTraffic,
    private readonly writer: RequestWriter,
    private readonly callers: FuzzCallers,
  ) {}

  /** Rejects with the deviation from earlier answers. */
  async run({ scripts, turns }: Story): Promise<void> {
    const known = new Map<number, Known>();
    const steps = scripts.map((script) => script.steps.values());
    for (const turn of turns) {
      const script = scripts[turn];
      const session = known.get(turn);
      if (script !== undefined && session === undefined) known.set(turn, await this.open(script));
      const step = session && steps[turn]?.next().value;
      if (session !== undefined && step !== undefined) await this.perform(step, session, [...known.values()]);
    }
  }

  private async open({ owner, opening }: SessionScript): Promise<Known> {
    const role = { kind: 'member', name: owner } as const;
    const request = this.writer.write(this.operation('sessionOpen'), { ...opening, role });
    const answer = await this.traffic.send(request);
    const session = expectSession(answer, [201]);
    expectThat(session['state'] === 'active', 'An opened session is active', answer);
    return {
      id: String(session['conversationId']),
      owner,
      tag: answer.headers['etag'] ?? '',
      end: undefined,
      hasChanged: false,
    };
  }

  private perform(step: StoryStep, session: Known, all: readonly Known[]): Promise<void> {
    const other = session.owner === 'billing' ? 'support' : 'billing';
    switch (step) {
      case 'get':
        return this.get(session, session.owner);
      case 'get by any':
        return this.get(session, 'supervisor');
      case 'revisit':
        return this.revisit(session);
      case 'list':
        return this.list(session, all);
      case 'end':
        return this.end(session);
      case 'get by another':
        return this.beRefused('sessionGet', session, other);
      case 'end by another':
        return this.beRefused('sessionEnd', session, other);
    }
  }

  private async get(session: Known, by: Member): Promise<void> {
    const answer = await this.ask('sessionGet', session, by);
    expectAsLeft(session, expectSession(answer, [200]), answer);
    session.tag = answer.headers['etag'] ?? '';
    session.hasChanged = false;
  }

  private async revisit(session: Known): Promise<void> {
    const answer = await this.ask('sessionGet', session, session.owner, { 'if-none-match': session.tag });
    if (answer.status === 304) {
      expectThat(!session.hasChanged, 'A changed session has another tag', answer);
      expectThat(answer.headers['etag'] === session.tag, 'An unchanged session keeps its tag', answer);
      return;
    }
    // A beat changes a session as well.
    expectThat(answer.headers['etag'] !== session.tag, 'An unchanged session is answered with 304', answer);
    expectAsLeft(session, expectSession(answer, [200]), answer);
    session.tag = answer.headers['etag'] ?? '';
    session.hasChanged = false;
  }

  private async list(session: Known, all: readonly Known[]): Promise<void> {
    const { method, path } = this.operation('sessionList');
    const answer = await this.traffic.send({
      method,
      target: `${path}?limit=20`,
      headers: {},
      body: undefined,
      identity: this.callers.member(session.owner),
    });
    const { items } = JSON.parse(answer.body) as { items: readonly Json[] };
    const listed = new Map(items.map((item) => [item['conversationId'], item]));
    const others = all.filter(({ owner }) => owner !== session.owner);
    expectThat(
      !others.some(({ id }) => listed.has(id)),
      'A list holds only the sessions of its caller',
      answer,
    );
    expectAsLeft(session, listed.get(session.id), answer);
  }

  private async end(session: Known): Promise<void> {
    const answer = await this.ask('sessionEnd', session, session.owner);
    const ended = expectSession(answer, [200, 202]);
    if (session.end === undefined) {
      expectThat(ended['endReason'] === 'requested', 'The end reason is requested', answer);
      session.end = { endReason: ended['endReason'], endedAt: ended['endedAt'] };
      session.hasChanged = true;
    }
    expectAsLeft(session, ended, answer);
  }

  private async beRefused(id: 'sessionGet' | 'sessionEnd', session: Known, by: Member): Promise<void> {
    const answer = await this.ask(id, session, by);
    const isUnknown = answer.status === 404 && answer.body.includes('"code":"session-not-found"');
    expectThat(isUnknown, 'Another caller does not find a session', answer);
  }

  private ask(id: string, { id: conversationId }: Known, by: Member, headers = {}): Promise<RawAnswer> {
    const { method, path } = this.operation(id);
    const target = path.replace(/\{\w+\}/, conversationId);
    return this.traffic.send({ method, target, headers, body: undefined, identity: this.callers.member(by) });
  }

  private operation(id: string): ApiOperation {
    return this.traffic.description.operation(id);
  }
}

function expectAsLeft(session: Known, shown: unknown, answer: RawAnswer): void {
  const { end, id } = session;
  const { conversationId, state, endReason, endedAt }: Json = isRecord(shown) ? shown : {};
  expectThat(conversationId === id, 'A session is found by its id', answer);
  const states = end === undefined ? ['active'] : ['terminating', 'terminated'];
  expectThat(states.includes(String(state)), `It is ${states.join(' or ')}`, answer);
  const isSameEnd = endReason === end?.['endReason'] && endedAt === end?.['endedAt'];
  expectThat(isSameEnd, 'A session ends once', answer);
}

function expectSession(answer: RawAnswer, statuses: readonly number[]): Json {
  expectThat(statuses.includes(answer.status), `The answer is ${statuses.join(' or ')}`, answer);
  return JSON.parse(answer.body) as Json;
}

function expectThat(holds: boolean, promise: string, { status, headers, body }: RawAnswer): void {
  if (!holds)
    throw new Error(`${promise}, but: ${status} ${JSON.stringify(headers)} ${body.slice(0, 1_000)}`);
}
