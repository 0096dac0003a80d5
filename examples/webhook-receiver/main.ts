import { type Apply, EventInbox } from './event-inbox';
import { ReceiverConfig } from './receiver.config';
import { SignatureVerifier } from './signature-verifier';
import { type ReceiverLog, WebhookReceiver } from './webhook-receiver';

const log: ReceiverLog = (message, fields = {}) => {
  process.stdout.write(`${JSON.stringify({ message, ...fields })}\n`);
};

/**
 * Does nothing yet: the place for the work of the application. Statements of the same database are committed with the
 * event. Anything slower belongs into a job that a worker takes from there, since the service waits for the answer.
 */
const apply: Apply = () => undefined;

async function main(): Promise<void> {
  const { secrets, port, database } = ReceiverConfig.from(process.env);
  const inbox = new EventInbox(database, apply);
  const receiver = new WebhookReceiver(new SignatureVerifier(secrets), inbox, log);
  log('Receiver listening', { port: String(await receiver.listen(port)) });
  const stop = (): void => {
    void receiver.close().finally(() => {
      inbox.close();
    });
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
}

void main().catch((error: unknown) => {
  log('Start failed', { error: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
});
