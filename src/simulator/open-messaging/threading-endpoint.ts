import { firstFalse, isFilled } from '../genesys/conversation-checks';
import type { Admitted } from '../genesys/conversation-endpoint';
import { platformError } from '../genesys/platform-error';
import { Answer, jsonAnswer } from '../server/answer';
import { asFields, listOf } from '../web-messaging/guest-request';
import { MAX_THREADING_MINUTES, ThreadingTimeline } from './threading-timeline';

const THREADING_PATH = '/api/v2/conversations/messaging/threadingtimeline';

/** The organisation's API of the threading timeline. A PUT replaces the whole list. */
export class ThreadingEndpoint {
  constructor(private readonly timeline: ThreadingTimeline) {}

  /** Returns undefined for any other path. */
  answer({ request, correlationId }: Admitted): Answer | undefined {
    if (request.path !== THREADING_PATH) return undefined;
    if (request.method === 'PUT') {
      const { settings, defaultTimeoutMinutes = MAX_THREADING_MINUTES } = asFields(request.body);
      const entries = listOf(settings);
      const wrong = firstFalse({
        settings: Array.isArray(settings) && settings.length === entries.length,
        'settings.messengerType': entries.every(({ messengerType }) => isFilled(messengerType)),
        'settings.timeoutInMinutes': entries.every(({ timeoutInMinutes }) => isMinutes(timeoutInMinutes)),
        defaultTimeoutMinutes: isMinutes(defaultTimeoutMinutes),
      });
      if (wrong !== undefined) return platformError({ status: 400, ...wrong }, correlationId);
      const timeouts = entries.map(({ messengerType, timeoutInMinutes }) => ({
        messengerType: String(messengerType),
        timeoutInMinutes: Number(timeoutInMinutes),
      }));
      this.timeline.replace(timeouts, Number(defaultTimeoutMinutes));
    } else if (request.method !== 'GET') return platformError({ status: 405 }, correlationId);
    return jsonAnswer(200, this.timeline.toResource());
  }
}

function isMinutes(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_THREADING_MINUTES;
}
