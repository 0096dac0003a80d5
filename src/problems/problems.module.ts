import { Module } from '@nestjs/common';
import { ProblemsController } from './problems.controller';

/** Explains the problems that this service answers with. */
@Module({ controllers: [ProblemsController] })
export class ProblemsModule {}
