import { Answer, emptyAnswer, jsonAnswer, problemAnswer } from '../server/answer';
import { limitOf, only } from '../server/control-routes';
import { SimulatedRequest } from '../server/simulated-request';
import { asFields, Fields, isFields, listOf, textOf } from '../web-messaging/guest-request';
import { isDisconnectType } from './disconnect-type';
import { DEFAULT_AGENT } from './open-agent-actions';
import { Agent, EndedBy, EndTypes } from './open-conversation';
import { OpenSaying } from './open-message';
import { OpenMessaging } from './open-messaging';
import { ReceiptStatus } from './open-messaging-options';

type Act = (guest: string, body: Fields) => boolean | { readonly id: string } | undefined;

const ENDS: readonly string[] = [
  'agent',
  'customer',
  'inactivity',
  'system',
  'spam',
  'api',
] satisfies readonly EndedBy[];

/**
 * The `/_sim/open` routes: acts on the conversation that `guest` in the body names by its id or by the guest's id,
 * the conversations, the webhooks and their deliveries. Unlike those of the API, their bodies are not validated.
 */
export class OpenMessagingRoutes {
  private readonly acts: ReadonlyMap<string, Act>;

  constructor(private readonly open: OpenMessaging) {
    const { agent } = open;
    this.acts = new Map<string, Act>([
      ['enqueue', (guest, body) => agent.enqueue(guest, textOf(body['queueId']) ?? '')],
      ['alert', (guest, body) => agent.alert(guest, agentIn(body))],
      ['decline', (guest) => agent.decline(guest)],
      ['join', (guest, body) => agent.join(guest, agentIn(body))],
      ['say', (guest, body) => agent.say(guest, sayingIn(body))],
      ['typing', (guest) => agent.type(guest)],
      ['receipt', (guest, body) => this.receipt(guest, body)],
      ['transfer', (guest, body) => agent.transfer(guest, targetIn(body))],
      ['wrap-up', (guest, body) => agent.wrapUp(guest, textOf(body['code']) ?? '', wrapupIn(body))],
      ['end', (guest, body) => agent.end(guest, endIn(body), typesIn(body))],
      ['start', (guest, body) => agent.start(textOf(body['integrationId']) ?? '', guest, sayingIn(body))],
    ]);
  }

  /** Returns undefined for any other path. */
  answer(request: SimulatedRequest): Answer | undefined {
    const [, , topic, name = '', id] = request.path.split('/');
    if (topic !== 'open') return undefined;
    switch (name) {
      case 'conversations':
        return only('GET', request, () => this.conversations(request, id));
      case 'deliveries':
        return only('GET', request, () => jsonAnswer(200, newest(this.open.deliveries, request)));
      case 'webhook':
        return only('POST', request, () => this.setWebhook(asFields(request.body)));
      case 'disturb':
        return only('POST', request, () => this.disturb(asFields(request.body)));
      case 'wait':
        return only('POST', request, () => this.setWait(asFields(request.body)));
      case 'raw':
        return only('POST', request, () => this.deliverRaw(asFields(request.body)));
      default:
        return only('POST', request, () => this.act(name, asFields(request.body)));
    }
  }

  private act(name: string, body: Fields): Answer {
    const act = this.acts.get(name);
    if (act === undefined) return problemAnswer(404, `an agent cannot ${name}`);
    const guest = textOf(body['guest']);
    if (guest === undefined) return problemAnswer(400, 'guest is missing');
    if (name === 'end' && !ENDS.includes(endIn(body)))
      return problemAnswer(400, `by must be one of ${ENDS.join(', ')}`);
    const done = act(guest, body);
    if (done === undefined || done === false)
      return problemAnswer(404, `there is nothing to ${name} for ${guest}`);
    return done === true ? emptyAnswer(204) : jsonAnswer(200, { id: done.id });
  }

  private receipt(guest: string, { message, status, reasons }: Fields): { readonly id: string } | undefined {
    const named = (textOf(status) ?? 'Delivered') as ReceiptStatus;
    return this.open.agent.receipt(guest, textOf(message) ?? '', named, listOf(reasons));
  }

  private conversations(request: SimulatedRequest, id: string | undefined): Answer {
    if (id === undefined) {
      const conversations = newest(this.open.conversations, request);
      return jsonAnswer(
        200,
        conversations.map((conversation) => conversation.toSummary()),
      );
    }
    const conversation = this.open.conversation(id);
    return conversation === undefined
      ? problemAnswer(404, `no conversation ${id}`)
      : jsonAnswer(200, conversation.toSummary());
  }

  private setWebhook({ integrationId, url }: Fields): Answer {
    const [id, address] = [textOf(integrationId) ?? '', textOf(url)];
    if (address === undefined) return problemAnswer(400, 'url is missing');
    return this.open.setWebhook(id, address) ? emptyAnswer(204) : problemAnswer(404, `no integration ${id}`);
  }

  /** `hold` true holds deliveries; false releases them, reversed on request. Shares are from 0 to 1. */
  private disturb({ duplicateShare, lateShare, lateMs, hold, reversed }: Fields): Answer {
    const { webhooks } = this.open;
    if (typeof duplicateShare === 'number') webhooks.duplicateShare = duplicateShare;
    if (typeof lateShare === 'number') webhooks.lateShare = lateShare;
    if (typeof lateMs === 'number') webhooks.lateMs = lateMs;
    if (hold === true) webhooks.hold();
    if (hold === false) webhooks.release(reversed === true ? 'reversed' : 'in-order');
    return emptyAnswer(204);
  }

  private setWait({ queueId, seconds }: Fields): Answer {
    const queue = textOf(queueId);
    if (queue === undefined || typeof seconds !== 'number')
      return problemAnswer(400, 'queueId or seconds is missing');
    this.open.waitSeconds.set(queue, seconds);
    return emptyAnswer(204);
  }

  private deliverRaw({ integrationId, body, secret }: Fields): Answer {
    const delivery = this.open.deliverRaw(textOf(integrationId) ?? '', asFields(body), textOf(secret));
    return jsonAnswer(200, { id: delivery.body.id });
  }
}

function newest<T>(all: readonly T[], request: SimulatedRequest): readonly T[] {
  return all.slice(Math.max(0, all.length - limitOf(request)));
}

function agentIn(body: Fields): Agent {
  const [userId, name] = [textOf(body['userId']), textOf(body['name'])];
  if (userId === undefined) return DEFAULT_AGENT;
  return { userId, ...(name === undefined ? {} : { name }) };
}

function targetIn(body: Fields): Agent | { readonly queueId: string } {
  const queueId = textOf(body['queueId']);
  return queueId === undefined ? agentIn(body) : { queueId };
}

/** The content is not validated, because tests send invalid content on purpose. */
function sayingIn({ text, content, type, by, nickname }: Fields): OpenSaying {
  return JSON.parse(JSON.stringify({ text, content, type, by, nickname })) as OpenSaying;
}

function wrapupIn({ notes, tags }: Fields): { readonly notes: string; readonly tags: readonly string[] } {
  return { notes: textOf(notes) ?? '', tags: Array.isArray(tags) ? tags.map(String) : [] };
}

function endIn({ by }: Fields): EndedBy {
  return (textOf(by) ?? 'agent') as EndedBy;
}

function typesIn({ types }: Fields): Partial<EndTypes> {
  if (!isFields(types)) return {};
  const { customer, agent } = types;
  return {
    ...(isDisconnectType(customer) ? { customer } : {}),
    ...(isDisconnectType(agent) ? { agent } : {}),
  };
}
