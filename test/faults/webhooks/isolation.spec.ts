import { HOSTILE_ANSWERS, slow } from '../../support/hostile-answers';
import { keysOf } from '../../support/callers';
import { ProcessWorld } from '../../support/process-world';
import { DATABASES, type ServiceStorage, ServiceStorages } from '../../support/service-storage';
import { waitFor } from '../../support/wait-for';
import {
  closeReceivers,
  type WebhookCaller,
  webhookCallers,
  withWebhooks,
} from '../../support/webhook-callers';
import { OpenAttempts, type WebhookReceiver } from '../../support/webhook-receiver';
import { untoldTo, WebhookLoad } from '../../support/webhook-load';

const CALLERS = 64;
/** Of each caller: one that is healthy, one that refuses connections, one that is slow and one that is hostile. */
const WEBHOOKS_EACH = 4;
const SESSIONS = 2 * CALLERS;
/** An attempt fails after 15 seconds. */
const SLOW_MS = 14_000;
const PLACES_OF_ONE = 8;
/** All of the receivers that are slow, and those that turn slow with what they have in flight. */
const SLOW_PLACES = 256;
const DELIVERED_WITHIN_MS = 240_000;
