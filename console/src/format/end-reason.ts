const MEANINGS: Readonly<Record<string, string>> = {
  requested: 'a caller or an operator ended the session',
  'duration-limit': 'the session reached its duration limit',
  shutdown: 'the service was shut down',
  'heartbeat-lost': 'too many heartbeats failed in a row',
  'open-failed': 'Genesys Cloud did not open the conversation',
  gone: 'Genesys Cloud has the conversation no longer',
  'agent-ended': 'an agent ended the conversation',
  expired: 'Genesys Cloud let the conversation expire',
};

/** The meaning of an end reason; undefined for one that its name explains. */
export function endReasonMeaning(reason: string): string | undefined {
  return MEANINGS[reason];
}
