import { Module } from '@nestjs/common';
import { ProblemsController } from './problems.controller';

/** Describes the problems of this service. */
@Module({ controllers: [ProblemsController] })
export class ProblemsModule {}
