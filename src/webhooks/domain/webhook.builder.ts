import type { Webhook } from './webhook';

const AT = Date.parse('2027-01-15T08:00:00Z');

/** An active webhook of the owner `billing`, unless told otherwise; one that is unverified never was. */
export function aWebhook(facts: Partial<Webhook> = {}): Webhook {
  return {
    id: 'aaaaaaaa-0000-4000-8000-000000000001',
    owner: 'billing',
    url: 'https://receiver.example/hooks',
    description: '',
    types: ['session.*'],
    sessions: 'own',
    status: 'active',
    secrets: [{ secret: `whsec_${Buffer.from('s'.repeat(32)).toString('base64')}` }],
    createdAt: AT,
    updatedAt: AT,
    ...(facts.status === 'unverified' ? {} : { verifiedAt: AT }),
    ...facts,
  };
}
