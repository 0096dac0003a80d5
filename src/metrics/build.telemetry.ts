import { Injectable } from '@nestjs/common';
import { PRODUCT } from '../common/product';
import { Metrics } from './metrics';

/** Tells which release a replica runs, as the labels of a gauge of 1. */
@Injectable()
export class BuildTelemetry {
  constructor(metrics: Metrics) {
    const { version, commit } = PRODUCT;
    metrics.info('build_info', 'Version and commit of the release that runs', { version, commit });
  }
}
