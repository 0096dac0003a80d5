import { ApiPropertyOptional } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { MayBeAbsent } from '../../common/validation/text.decorator';
import { STREAM_TYPES, type StreamType } from '../domain/stream-event';

const TYPE = `(${STREAM_TYPES.join('|')})`;
const LIST = new RegExp(`^${TYPE}(,${TYPE}){0,${STREAM_TYPES.length - 1}}$`);

/** The query of an event stream. */
export class StreamEventsDto {
  /** Types of events, separated by commas; without it everything that the caller may hear. */
  @ApiPropertyOptional({ type: String, pattern: LIST.source, example: 'message,session' })
  @MayBeAbsent()
  @Matches(LIST, { message: `must be some of these, separated by commas: ${STREAM_TYPES.join(', ')}` })
  types?: string;
}

/** The types that a query asks for; undefined when it asks for none. */
export function typesIn({ types }: StreamEventsDto): readonly StreamType[] | undefined {
  return types === undefined ? undefined : STREAM_TYPES.filter((type) => types.split(',').includes(type));
}
