/** The scopes that the console asks for, with the part of it that each one opens. */
export const SCOPE_PURPOSES = {
  'sessions.read': 'to see sessions and limits',
  'sessions.end': 'to end sessions',
  'messages.read': 'to read transcripts',
  'deliveries.read': 'to see receivers and deliveries',
  'deliveries.operate': 'to pause, test and replay receivers',
  'webhooks.manage': 'to see and change webhooks',
  'statistics.read': 'to see statistics and replicas',
  'doctor.run': 'to examine the deployment',
  'audit.read': 'to see audit records',
} as const;

export type ScopeName = keyof typeof SCOPE_PURPOSES;
