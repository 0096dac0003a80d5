import { Injectable } from '@nestjs/common';
import { ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import { GuestChannels } from '../ports/guest-channels';

/** The name of a channel of this deployment. */
@Injectable()
@ValidatorConstraint({ name: 'isKnownChannel' })
export class IsKnownChannel implements ValidatorConstraintInterface {
  constructor(private readonly channels: GuestChannels) {}

  validate(value: unknown): boolean {
    return typeof value === 'string' && this.channels.names.includes(value);
  }

  defaultMessage(): string {
    return `must be one of: ${this.channels.names.join(', ')}`;
  }
}
