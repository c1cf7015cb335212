/** What became of a webhook; shared by Convex, the pages and the command line. */
export const deliveryOutcomes = [
  'applied',
  'stale',
  'duplicate',
  'ignored',
  'quarantined',
  'failed',
] as const;

export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

/** Ids of Clerk and Svix are far shorter; what is longer finds nothing. */
export const idSearchLengthMax = 256;
