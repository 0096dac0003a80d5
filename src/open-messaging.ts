import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { UpstreamError } from './common/errors/upstream.errors';
import { ConfigurationError } from './config/configuration.errors';
import { readGenesysEnvironment } from './config/genesys-environment';
import { OpenIntegrations } from './genesys/open-integrations';
import { commandFailureOf } from './genesys/open-messaging/admin/command-failure';
import { IntegrationCommands } from './genesys/open-messaging/admin/integration-commands';
import { SecretRotation } from './genesys/open-messaging/admin/secret-rotation';
import {
  OPEN_MESSAGING_HELP,
  type OpenMessagingCommand,
  openMessagingCommandIn,
} from './open-messaging-options';

type WithRequests = Exclude<OpenMessagingCommand, { kind: 'help' | 'wrong' }>;

/** Executes one command. Log lines are off: they would mix with the output and show the text of refusals. */
async function main(): Promise<void> {
  Logger.overrideLogger(false);
  const environment = process.env;
  const command = openMessagingCommandIn(process.argv.slice(2), environment['PUBLIC_URL']);
  if (command.kind === 'help' || command.kind === 'wrong') {
    const fault = command.kind === 'wrong' ? `${command.message}\n\n` : '';
    process.stderr.write(`${fault}${OPEN_MESSAGING_HELP}`);
    process.exitCode = command.kind === 'help' ? 0 : 1;
    return;
  }
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    interrupt.abort(new Error('Interrupted.'));
  });
  try {
    await execute(command, interrupt.signal);
  } catch (error) {
    throw interrupt.signal.aborted ? interrupt.signal.reason : error;
  }
}

async function execute(command: WithRequests, signal: AbortSignal): Promise<void> {
  const environment = readGenesysEnvironment(process.env);
  const configured = environment.GENESYS_OPEN_INTEGRATIONS ?? [];
  await using integrations = new OpenIntegrations(environment);
  const commands = new IntegrationCommands(integrations.admin, configured, print);
  const rotation = new SecretRotation(integrations.admin, configured, print);
  switch (command.kind) {
    case 'create':
      await commands.create(command, signal);
      break;
    case 'show':
      await commands.show(command, signal);
      break;
    case 'update':
      await commands.update(command, signal);
      break;
    case 'rotate-secret':
      await (command.isDeployed ? rotation.complete(command, signal) : rotation.begin(command, signal));
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

function failureOf(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof UpstreamError) return commandFailureOf(error);
  if (error instanceof ConfigurationError) return { message: error.message, exitCode: 1 };
  return { message: error instanceof Error ? error.message : String(error), exitCode: 1 };
}

main().catch((error: unknown) => {
  const { message, exitCode } = failureOf(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
});
