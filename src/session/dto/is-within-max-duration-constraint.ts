import { Injectable } from '@nestjs/common';
import { ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import { SessionConfig } from '../../config/session.config';

/** A duration in seconds within the limit of this deployment. */
@Injectable()
@ValidatorConstraint({ name: 'isWithinMaxDuration' })
export class IsWithinMaxDuration implements ValidatorConstraintInterface {
  constructor(private readonly config: SessionConfig) {}

  validate(value: unknown): boolean {
    return typeof value === 'number' && value <= this.config.maxDurationSeconds;
  }

  defaultMessage(): string {
    return `must be at most ${this.config.maxDurationSeconds} seconds`;
  }
}
