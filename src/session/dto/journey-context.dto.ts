import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsNotEmpty, IsString, ValidateBy, type ValidationArguments } from 'class-validator';
import { IsPlainText, MaxBytes, MayBeAbsent } from '../../common/validation/text.decorator';
import type { JourneyContext } from '../domain/guest-context';
import { holdsGuestToken } from '../domain/guest-token';
import { SESSION_TYPES, type SessionType } from '../domain/session-type';

const MAX_ID_BYTES = 256;

/** A guest token is a credential, and analysts see these ids. */
function HoldsNoGuestToken(): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && !holdsGuestToken(value);
  return ValidateBy({
    name: 'holdsNoGuestToken',
    validator: { validate, defaultMessage: () => 'must not hold a guest token' },
  });
}

/** Genesys Cloud accepts no visit without a customer. */
function IsOfCustomer(): PropertyDecorator {
  const validate = (_value: unknown, args?: ValidationArguments): boolean =>
    args?.object instanceof JourneyContextDto && args.object.customerId !== undefined;
  return ValidateBy({
    name: 'isOfCustomer',
    validator: { validate, defaultMessage: () => 'must be given with a customerId' },
  });
}

function IsJourneyId(example: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, maxLength: MAX_ID_BYTES, example }),
    MayBeAbsent(),
    IsString({ message: 'must be a string' }),
    IsNotEmpty({ message: 'must not be empty' }),
    IsPlainText(),
    MaxBytes(MAX_ID_BYTES),
    HoldsNoGuestToken(),
  );
}

/** The guest in the customer journey of the caller's site or app. Genesys Cloud shows the ids to analysts. */
export class JourneyContextDto implements JourneyContext {
  /** The caller's own id of the customer, such as the one in its cookie. It must not be a guest token. */
  @IsJourneyId('7d9c2f6e-0b4f-4a5c-8a55-1f0c6c7f3e21')
  customerId?: string;

  /** The id of the customer's visit; only with `customerId`. It must not be a guest token. */
  @IsJourneyId('b1c7c0de-52d1-4be8-9d0c-8b4f6b7d9a10')
  @IsOfCustomer()
  sessionId?: string;

  /** The kind of the visit; sent with `sessionId` only. */
  @ApiPropertyOptional({ enum: SESSION_TYPES, default: 'web' })
  @MayBeAbsent()
  @IsIn(SESSION_TYPES, { message: `must be one of: ${SESSION_TYPES.join(', ')}` })
  sessionType?: SessionType;
}
