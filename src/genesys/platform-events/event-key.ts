import { idIn } from '../fields';
import type { DetailEvent } from './event-envelope';

/**
 * The key by which a repeated delivery of a detail event is recognised, in any form of delivery: conversation, topic suffix,
 * participant and time. A delivery whose time is unknown has an empty time. Snapshots need no key, because `factsBetween`
 * gives nothing for a repeated one.
 */
export function eventKeyOf(event: DetailEvent): string {
  const participantId = idIn(event.body, 'participantId') ?? '';
  const time = event.timeSource === 'received' ? '' : event.at;
  // Ids have no spaces.
  return `${event.conversationId} ${event.suffix} ${participantId} ${time}`;
}
