type Variables = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORT = 8080;
const DEFAULT_DATABASE = './webhook-events.db';
const SECRET = /^whsec_[A-Za-z0-9+/]+={0,2}$/;

/** Settings of the receiver, from the environment. */
export class ReceiverConfig {
  private constructor(
    /** Two during a rotation. */
    readonly secrets: readonly string[],
    readonly port: number,
    /** Path of the SQLite file. */
    readonly database: string,
  ) {}

  /** Throws an error that names the variable and never shows a secret. */
  static from(variables: Variables): ReceiverConfig {
    const { WEBHOOK_SECRETS: secrets = '', PORT: port, WEBHOOK_DATABASE: database } = variables;
    return new ReceiverConfig(secretsOf(secrets), portOf(port), database ?? DEFAULT_DATABASE);
  }
}

function secretsOf(text: string): string[] {
  const secrets = text.split(/[\s,]+/).filter((secret) => secret !== '');
  if (secrets.length === 0 || !secrets.every((secret) => SECRET.test(secret)))
    throw new Error('WEBHOOK_SECRETS must be one or more secrets of the form whsec_…, separated by commas.');
  return secrets;
}

function portOf(text: string | undefined): number {
  const port = Number(text ?? DEFAULT_PORT);
  if (text === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('PORT must be a number from 0 to 65535.');
  return port;
}
