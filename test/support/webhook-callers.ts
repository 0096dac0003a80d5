import { ApiClient } from './api-client';
import { aCaller, type TestCaller } from './callers';
import { WebhookReceiver } from './webhook-receiver';
import { WebhooksApi } from './webhooks-api';

/** A caller with webhooks, each with a receiver of its own. */
export interface WebhookCaller {
  readonly caller: TestCaller;
  readonly receivers: readonly WebhookReceiver[];
}

/** Fewer than the service takes test events at a time. */
const REGISTERED_AT_A_TIME = 8;
const SCOPES = ['sessions.read', 'sessions.write', 'sessions.end', 'webhooks.manage'] as const;

export function webhookCallers(count: number): TestCaller[] {
  return Array.from({ length: count }, (_, index) => aCaller(`caller-${index}`, SCOPES));
}

/** Registers and verifies webhooks of each caller, whose receivers are in this process and accept everything. */
export async function withWebhooks(
  url: string,
  callers: readonly TestCaller[],
  each: number,
): Promise<WebhookCaller[]> {
  const registered: WebhookCaller[] = [];
  const waiting = callers.entries();
  const register = async (): Promise<void> => {
    for (const [index, caller] of waiting) {
      const receivers: WebhookReceiver[] = [];
      while (receivers.length < each) receivers.push(await registerNew(url, caller));
      registered[index] = { caller, receivers };
    }
  };
  await Promise.all(Array.from({ length: REGISTERED_AT_A_TIME }, register));
  return registered;
}

/** Number of events that the receivers have accepted, each once. */
export function acceptedBy(callers: readonly WebhookCaller[]): number {
  return receiversOf(callers).reduce((sum, { journal }) => sum + journal.acceptedEvents, 0);
}

export function receiversOf(callers: readonly WebhookCaller[]): WebhookReceiver[] {
  return callers.flatMap(({ receivers }) => receivers);
}

export async function closeReceivers(callers: readonly WebhookCaller[]): Promise<void> {
  await Promise.all(receiversOf(callers).map((receiver) => receiver[Symbol.asyncDispose]()));
}

async function registerNew(url: string, { headers }: TestCaller): Promise<WebhookReceiver> {
  const receiver = await WebhookReceiver.start();
  await registerReceiver(new ApiClient(url, headers), receiver.url, (secret) => {
    receiver.journal.expectSecret(secret);
  });
  return receiver;
}

/** Registers a webhook, of session events by default; the receiver knows the secret before the test event comes. */
export async function registerReceiver(
  api: ApiClient,
  receiverUrl: string,
  expectSecret: (secret: string) => unknown,
  types: readonly string[] = ['session.*'],
): Promise<void> {
  const webhooks = new WebhooksApi(api);
  const { id, secret } = await webhooks.create(receiverUrl, { types });
  await expectSecret(secret);
  const { body } = await webhooks.act(id, 'test');
  if (body['result'] !== 'accepted') throw new Error(`The test event was refused: ${JSON.stringify(body)}`);
}
