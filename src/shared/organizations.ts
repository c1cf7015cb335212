/** `deleted` = gone from Clerk, kept as a tombstone so that nothing resurrects the id. */
export const recordStatuses = ['active', 'deleted'] as const;
export type RecordStatus = (typeof recordStatuses)[number];
