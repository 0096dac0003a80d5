import { Answer, emptyAnswer, jsonAnswer, problemAnswer } from '../server/answer';
import { limitOf, only } from '../server/control-routes';
import { SimulatedRequest } from '../server/simulated-request';
import { asFields, Fields, isFields, textOf } from '../web-messaging/guest-request';
import { DisturbanceOptions } from './disturbance';
import { Notifications } from './notifications';
import { isPushKind, PushTargetOptions } from './push-target';
import { DETAIL_SUFFIXES } from './topics';

/** Returns the number of channels or sockets that the act concerned. */
type Act = (id: string | undefined, body: Fields) => number;

const SHARES = ['dropShare', 'duplicateShare', 'lateShare', 'lateMs', 'seed'] as const;

/**
 * The `/_sim/notifications` routes: counts, channels, events and pushes, acts on the channel that `channel` in the
 * body names or on all, disturbances, and the targets of pushes.
 */
export class NotificationRoutes {
  private readonly acts: ReadonlyMap<string, Act>;

  constructor(private readonly notifications: Notifications) {
    const { actions } = notifications;
    this.acts = new Map<string, Act>([
      ['cut', (id, { code }) => actions.cut(id, numberOf(code))],
      ['silence', (id) => actions.silence(id)],
      ['announce-closing', (id, { noticeMs }) => actions.announceClosing(numberOf(noticeMs), id)],
      ['evict', (id) => actions.evict(id)],
      ['expire', (id) => actions.expire(id)],
    ]);
  }

  /** Returns undefined for any other path. */
  answer(request: SimulatedRequest): Answer | undefined {
    const [, , topic, name, id] = request.path.split('/');
    if (topic !== 'notifications') return undefined;
    const { notifications } = this;
    switch (name) {
      case undefined:
        return only('GET', request, () => jsonAnswer(200, notifications.describe()));
      case 'channels':
        return only('GET', request, () =>
          jsonAnswer(
            200,
            [...notifications.channels].map((channel) => channel.toSummary()),
          ),
        );
      case 'events':
        return only('GET', request, () => jsonAnswer(200, this.events(request)));
      case 'pushes':
        return only('GET', request, () => jsonAnswer(200, newest(notifications.pushes.pushes, request)));
      case 'targets':
        return id === undefined ? this.targets(request) : this.removeTarget(request, id);
      default:
        return only('POST', request, () => this.change(name, asFields(request.body)));
    }
  }

  private change(name: string, body: Fields): Answer {
    const act = this.acts.get(name);
    if (act !== undefined) return jsonAnswer(200, { count: act(textOf(body['channel']), body) });
    switch (name) {
      case 'cut-every':
        this.notifications.actions.cutEvery(numberOf(body['ms']) ?? 0);
        return emptyAnswer(204);
      case 'disturb':
        this.notifications.socketDisturbance.change(sharesIn(body['sockets']));
        this.notifications.pushDisturbance.change(sharesIn(body['pushes']));
        return emptyAnswer(204);
      case 'forbid':
        this.notifications.subscriptions.forbidden = new Set(textsIn(body['templates']));
        return emptyAnswer(204);
      default:
        return problemAnswer(404, `there is no ${name} of notifications`);
    }
  }

  /** The newest events, of one conversation or one topic on request. */
  private events(request: SimulatedRequest): readonly unknown[] {
    const { conversationId, topic } = request.query;
    const events = this.notifications.log.events.filter(
      (event) =>
        (conversationId === undefined || event.conversationId === conversationId) &&
        (topic === undefined || event.topicName === topic),
    );
    return newest(events, request);
  }

  private targets(request: SimulatedRequest): Answer {
    const { pushes } = this.notifications;
    switch (request.method) {
      case 'GET':
        return jsonAnswer(200, [...pushes.targets.values()]);
      case 'DELETE':
        pushes.targets.clear();
        return emptyAnswer(204);
      case 'POST': {
        const target = targetIn(asFields(request.body));
        return target === undefined
          ? problemAnswer(400, 'kind must be event-bridge or trigger, and url a URL')
          : jsonAnswer(201, { id: pushes.addTarget(target) });
      }
      default:
        return problemAnswer(405, 'use GET, POST or DELETE', { allow: 'GET, POST, DELETE' });
    }
  }

  private removeTarget(request: SimulatedRequest, id: string): Answer {
    return only('DELETE', request, () =>
      this.notifications.pushes.targets.delete(id) ? emptyAnswer(204) : problemAnswer(404, `no target ${id}`),
    );
  }
}

function newest<T>(all: readonly T[], request: SimulatedRequest): readonly T[] {
  return all.slice(Math.max(0, all.length - limitOf(request)));
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function sharesIn(value: unknown): DisturbanceOptions {
  const fields = asFields(value);
  const given = SHARES.filter((name) => typeof fields[name] === 'number');
  return Object.fromEntries(given.map((name) => [name, fields[name]]));
}

function targetIn({ kind, url, headers, suffixes }: Fields): PushTargetOptions | undefined {
  const address = textOf(url);
  if (!isPushKind(kind) || address === undefined || !URL.canParse(address)) return undefined;
  return {
    kind,
    url: address,
    ...(isFields(headers) ? { headers: headers as Readonly<Record<string, string>> } : {}),
    ...(Array.isArray(suffixes) ? { suffixes: DETAIL_SUFFIXES.filter((one) => suffixes.includes(one)) } : {}),
  };
}
