import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Drain } from '../../common/lifecycle/drain';
import { ServerConfig } from '../../config/server.config';
import { Lease } from '../../replica/ports/lease';

/**
 * Tells the other replicas as soon as this one is about to stop: from then on its share of the sessions is none, and it
 * gives them back while it still answers requests.
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
    this.drain.onAnnounced(() => void this.depart());
  }

  private async depart(): Promise<void> {
    if (!this.lease.isShared || this.config.shutdownMode !== 'handover') return;
    try {
      await this.lease.retire();
    } catch (error) {
      this.log.warn({
        message: 'Could not tell the others of the stop: they hear of it when it comes',
        error,
      });
    }
  }
}
