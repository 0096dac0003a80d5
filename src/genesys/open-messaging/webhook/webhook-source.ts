import { BlockList, isIP } from 'node:net';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Drain } from '../../../common/lifecycle/drain';
import { Loop } from '../../../common/time/loop';
import { GenesysConfig } from '../../../config/genesys.config';
import { OpenMessagingConfig } from '../../../config/open-messaging.config';
import { UpstreamCapacity } from '../../../session/ports/upstream-capacity';
import { type Fields, objectsIn, textIn } from '../../fields';
import { errorOf, jsonObjectOf } from '../../transport/classification';
import { GenesysApiClient } from '../../transport/genesys-api-client';
import { OpenMessagingTelemetry } from '../open-messaging.telemetry';
import { WebhookSourceError } from './webhook.errors';

const READ_EVERY_MS = 3_600_000;
const RETRY_AFTER_MS = 30_000;
const SERVICE = 'open-messaging';
/** Directions of networks from which the platform sends. */
const SENDING = ['outbound', 'both'];
const MAX_NETWORKS = 10_000;

/**
 * The networks from which Genesys Cloud sends webhooks of Open Messaging (`GET /api/v2/ipranges`), read every hour; after a
 * failed read the last list stays. Without a list no address is refused: the signature of a webhook is what proves it.
 */
@Injectable()
export class WebhookSource implements OnApplicationBootstrap, OnModuleDestroy {
  private networks: BlockList | undefined;
  private nextReadAt = 0;
  private readonly loop = new Loop(
    RETRY_AFTER_MS,
    () => this.readIfDue(),
    (error) => {
      this.telemetry.sourcesNotRead(error);
    },
  );

  constructor(
    private readonly api: GenesysApiClient,
    private readonly capacity: UpstreamCapacity,
    private readonly genesys: GenesysConfig,
    private readonly config: OpenMessagingConfig,
    private readonly telemetry: OpenMessagingTelemetry,
    private readonly drain: Drain,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.source !== 'any') this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  /** `address` is that of the connection; throws `WebhookSourceError`. */
  assertAllowed(address: string, forwardedFor: string | undefined): void {
    const { source } = this.config;
    if (source === 'any' || this.networks === undefined) return;
    const sender = source === 'direct' ? address : (forwardedFor?.split(',').at(-1)?.trim() ?? '');
    if (isWithin(this.networks, sender)) return;
    this.telemetry.received('refused-source');
    throw new WebhookSourceError();
  }

  private async readIfDue(): Promise<void> {
    if (performance.now() < this.nextReadAt) return;
    const answer = await this.api.call(
      {
        operation: 'ranges',
        method: 'GET',
        path: ['ipranges'],
        oauthClient: this.capacity.clientFor(''),
        patienceMs: this.genesys.timeoutMs,
      },
      this.drain.signal,
    );
    const error = errorOf(answer);
    if (error !== undefined) throw error;
    const ranges = objectsIn(jsonObjectOf(answer), 'entities').filter(isOfWebhooks).slice(0, MAX_NETWORKS);
    const networks = new BlockList();
    const count = ranges.filter((range) => addTo(networks, textIn(range, 'cidr') ?? '')).length;
    if (count === 0) throw new Error('The list has no network of Open Messaging.');
    this.networks = networks;
    this.nextReadAt = performance.now() + READ_EVERY_MS;
    this.telemetry.sourcesRead(count);
  }
}

function isOfWebhooks(range: Fields): boolean {
  return textIn(range, 'service') === SERVICE && SENDING.includes(textIn(range, 'direction') ?? '');
}

/** Returns whether the text is a network. */
function addTo(networks: BlockList, cidr: string): boolean {
  const [address = '', bits = ''] = cidr.split('/');
  const version = isIP(address);
  const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (version === 0 || prefix < 0 || prefix > (version === 4 ? 32 : 128)) return false;
  networks.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  return true;
}

/** An IPv4 address that is written as an IPv6 one is in the networks of IPv4. */
function isWithin(networks: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && networks.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
