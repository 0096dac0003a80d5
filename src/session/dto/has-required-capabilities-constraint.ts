import { Injectable } from '@nestjs/common';
import {
  type ValidationArguments,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { SessionConfig } from '../../config/session.config';

/** A list with every capability that this deployment requires; more are allowed. The error names the missing ones. */
@Injectable()
@ValidatorConstraint({ name: 'hasRequiredCapabilities' })
export class HasRequiredCapabilities implements ValidatorConstraintInterface {
  constructor(private readonly config: SessionConfig) {}

  validate(value: unknown): boolean {
    return this.missing(value).length === 0;
  }

  defaultMessage({ value }: ValidationArguments): string {
    return `must contain ${this.missing(value).join(' and ')}`;
  }

  private missing(value: unknown): string[] {
    const given: unknown[] = Array.isArray(value) ? value : [];
    return this.config.requiredCapabilities.filter((capability) => !given.includes(capability));
  }
}
