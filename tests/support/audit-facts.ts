/**
 * Entries of the audit log that say only what is after, with the reason. Everything else that the
 * product writes says what was before and what is after.
 */
export const withoutBefore: Readonly<Record<string, string>> = {
  'user.created': 'there was nobody before',
  'users.created': 'there was nobody before',
  'user.invited': 'there was no invitation before',
  'organization.created': 'there was none before',
  'organizations.created': 'there were none before',
  'membership.created': 'there was none before',
  'memberships.created': 'there were none before',
  'membership.buriedAtBirth': 'there was none before',
  'token.created': 'there was none before',
  'bulk.started': 'a job begins; what it changes has entries of its own',
  'sync.started': 'a run begins; what it changes has entries of its own',
  'sweep.held': 'a sweep begins; whom it deactivates has entries of their own',
  'sweep.needsConfirmation': 'a sweep begins; nobody is changed',
  'brake.opened': 'there was no brake before',
  'audit.exported': 'a reading, no change',
  'credential.opened': 'a reading, no change',
  'delivery.parked': 'a report: the event was never applied',
  'delivery.foreignInstance': 'a report: the event was never applied',
};

/** What of its facts an entry lacks without a reason; undefined where it is complete. */
export function lacks(entry: {
  action: string;
  before?: unknown;
  after?: unknown;
}): 'before' | 'after' | undefined {
  if (entry.after === undefined) return 'after';
  const needsBefore = !(entry.action in withoutBefore);
  return needsBefore && entry.before === undefined ? 'before' : undefined;
}
