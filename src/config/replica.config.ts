import { networkInterfaces } from 'node:os';
import type { Environment } from './environment';

const ANYWHERE = new Set(['0.0.0.0', '::']);

/** How this process is known to others that work on the same data. */
export class ReplicaConfig {
  /** Where they reach it; empty when nobody knows. */
  readonly address: string;

  constructor({ REPLICA_URL, HOST, PORT }: Environment) {
    this.address = (REPLICA_URL ?? listeningAt(HOST, PORT)).replace(/\/+$/, '');
  }
}

/** Where a process that listens everywhere is reached by others: at its first address that is not of this machine only. */
function listeningAt(host: string, port: number): string {
  if (port === 0) return '';
  const name = ANYWHERE.has(host) ? firstOuterAddress() : host;
  return name === undefined ? '' : `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function firstOuterAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}
