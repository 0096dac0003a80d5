import { Controller, Get, Header } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { Scope } from '../common/access/route-access.decorator';
import { ApiProblems } from '../common/problem/problem.response';
import { Clock } from '../common/time/clock';
import { ReplicaListResponse } from './dto/replica-list.response';
import { Lease } from './ports/lease';
import { ReplicaStore } from './ports/replica.store';

@ApiTags('replicas')
@Controller({ path: 'replicas', version: '1' })
export class ReplicasController {
  constructor(
    private readonly store: ReplicaStore,
    private readonly lease: Lease,
    private readonly clock: Clock,
  ) {}

  /** Lists the replicas, their leases and how many sessions each holds. */
  @Get()
  @Scope('statistics.read')
  @Header('cache-control', 'no-store')
  @ApiResponse({ status: 200, type: ReplicaListResponse })
  @ApiProblems({ 503: ['storage-unavailable'] })
  async list(): Promise<ReplicaListResponse> {
    return new ReplicaListResponse(await this.store.list(), this.lease.holder, this.clock.now());
  }
}
