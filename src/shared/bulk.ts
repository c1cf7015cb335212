/** `collecting` finds the people, `applying` changes one after the other. */
export const bulkStatuses = ['collecting', 'applying', 'completed', 'cancelled', 'failed'] as const;

/** What became of one person; `queued` = not their turn yet, or never after a cancel. */
export const bulkOutcomes = ['queued', 'changed', 'unchanged', 'refused'] as const;
export type BulkOutcome = (typeof bulkOutcomes)[number];
