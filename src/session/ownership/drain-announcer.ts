import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Drain } from '../../common/lifecycle/drain';
import { ServerConfig } from '../../config/server.config';
import { Lease } from '../../replica/ports/lease';

/**
 * Announces the drain of this replica to the others as soon as it is about to stop: from then on its share of the sessions
 * is 0, and the rebalancer releases them while this replica still serves requests.
 */
@Injectable()
export class DrainAnnouncer implements OnModuleInit {
  private readonly log = new Logger(DrainAnnouncer.name);

  constructor(
    private readonly drain: Drain,
    private readonly config: ServerConfig,
    private readonly lease: Lease,
  ) {}

  onModuleInit(): void {
    this.drain.onAnnounced(() => void this.announce());
  }

  private async announce(): Promise<void> {
    if (!this.lease.isShared || this.config.shutdownMode !== 'handover') return;
    try {
      await this.lease.retire();
    } catch (error) {
      this.log.warn({
        message: 'Drain announcement failed; other replicas notice the stop',
        error,
      });
    }
  }
}
