import { InvalidFaultError } from '../faults/invalid-fault.errors';
import { Answer, emptyAnswer, jsonAnswer, problemAnswer } from '../server/answer';
import { limitOf, only } from '../server/control-routes';
import { SimulatedRequest } from '../server/simulated-request';
import { asFields, Fields, listOf, textOf } from './guest-request';
import { GuestSession } from './guest-session';
import { closeCode, parseSocketFaultRule } from './socket-fault-checks';
import { AgentActions, AgentMessage } from './agent-actions';
import { OFFERED_CONTENT } from './structured-content';
import { WebMessaging } from './web-messaging';

type Act = (guest: string, body: Fields) => boolean | number | { readonly id: string } | undefined;

/** The `/_sim` routes of web messaging: the agent's acts, the sessions, and the faults of sockets. */
export class WebMessagingRoutes {
  private readonly acts: ReadonlyMap<string, Act>;

  constructor(private readonly web: WebMessaging) {
    const { agent } = web;
    this.acts = new Map<string, Act>([
      ['say', (guest, body) => agent.say(guest, agentMessageIn(body))],
      ['offer', (guest, body) => offer(agent, guest, body)],
      ['typing', (guest, body) => agent.type(guest, body['type'] === 'Off' ? 'Off' : 'On')],
      ['event', (guest, body) => agent.notify(guest, listOf(body['events']), directionIn(body))],
      ['disconnect', (guest) => agent.disconnect(guest)],
      ['clear', (guest) => agent.clear(guest)],
      ['expire', (guest) => agent.expire(guest)],
      ['sign-in-elsewhere', (guest) => agent.signInElsewhere(guest)],
      ['logout', (guest) => agent.logOut(guest)],
      ['silence', (guest) => agent.silence(guest)],
      ['cut', (guest, body) => agent.cut(guest, Number(body['code'] ?? 1006), textOf(body['reason']))],
      ['raw', (guest, body) => agent.sendRaw(guest, rawIn(body))],
      ['raw-text', (guest, body) => agent.sendBytesAsText(guest, Buffer.from(rawIn(body)))],
    ]);
  }

  /** Returns undefined for any other path. */
  answer(request: SimulatedRequest): Answer | undefined {
    const [, , topic = '', name] = request.path.split('/');
    switch (topic) {
      case 'agent':
        return only('POST', request, () => this.act(name ?? '', asFields(request.body)));
      case 'sessions':
        return only('GET', request, () => this.sessions(request, name));
      case 'socket-faults':
        return name === undefined
          ? this.faults(request)
          : only('DELETE', request, () =>
              this.web.faults.remove(name) ? emptyAnswer(204) : problemAnswer(404, `no fault ${name}`),
            );
      default:
        return undefined;
    }
  }

  private act(name: string, body: Fields): Answer {
    const act = this.acts.get(name);
    if (act === undefined) return problemAnswer(404, `an agent cannot ${name}`);
    const guest = textOf(body['token']) ?? textOf(body['conversationId']);
    if (guest === undefined) return problemAnswer(400, 'token or conversationId is missing');
    const wrong = name === 'cut' && body['code'] !== undefined ? closeCode(body['code']) : undefined;
    if (wrong !== undefined) return problemAnswer(400, `code ${wrong}`);
    const done = act(guest, body);
    if (done === undefined || done === false || done === 0) {
      return problemAnswer(404, `there is nothing to ${name} for ${guest}`);
    }
    return typeof done === 'object' ? jsonAnswer(200, { id: done.id }) : emptyAnswer(204);
  }

  private sessions(request: SimulatedRequest, guest: string | undefined): Answer {
    if (guest === undefined) {
      const { sessions } = this.web;
      const newest = sessions.slice(Math.max(0, sessions.length - limitOf(request)));
      return jsonAnswer(
        200,
        newest.map((session) => session.toSummary()),
      );
    }
    const session = this.web.session(decoded(guest));
    return session === undefined ? problemAnswer(404, `no session ${guest}`) : jsonAnswer(200, full(session));
  }

  private faults(request: SimulatedRequest): Answer {
    const { faults } = this.web;
    switch (request.method) {
      case 'GET':
        return jsonAnswer(200, faults.list());
      case 'DELETE':
        faults.clear();
        return emptyAnswer(204);
      case 'POST':
        return this.addFault(request);
      default:
        return problemAnswer(405, 'use GET, POST or DELETE', { allow: 'GET, POST, DELETE' });
    }
  }

  private addFault(request: SimulatedRequest): Answer {
    try {
      return jsonAnswer(201, { id: this.web.faults.add(parseSocketFaultRule(request.body)) });
    } catch (error) {
      if (error instanceof InvalidFaultError) return problemAnswer(400, error.message);
      throw error;
    }
  }
}

function offer(agent: AgentActions, guest: string, body: Fields): { readonly id: string } | undefined {
  const contentType = OFFERED_CONTENT.find((name) => name === body['contentType']);
  return contentType === undefined ? undefined : agent.offer(guest, contentType, textOf(body['text']));
}

/** The routes do not validate the content, because tests send invalid content on purpose. */
function agentMessageIn({ text, content, type, by, from }: Fields): AgentMessage {
  return JSON.parse(JSON.stringify({ text, content, type, by, from })) as AgentMessage;
}

function directionIn({ direction }: Fields): 'Inbound' | 'Outbound' {
  return direction === 'Inbound' ? 'Inbound' : 'Outbound';
}

function rawIn({ text, base64 }: Fields): string | Buffer {
  return textOf(text) ?? Buffer.from(textOf(base64) ?? '', 'base64');
}

function full(session: GuestSession): unknown {
  return {
    ...session.toSummary(),
    log: session.logs,
    history: session.messages.map((message) => message.toEntity()),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A part of the path with an invalid escape sequence is not a token.
    return text;
  }
}
