import { roleSources } from './people';

/** Roles have a source; the other sources are things that happen to rows without deciding roles. */
export const auditSources = [...roleSources, 'store', 'system'] as const;
export type AuditSource = (typeof auditSources)[number];

/** Longest actor, target or action that a filter looks for. */
export const auditFilterLengthMax = 300;

/** Entries that one page of an export holds, and the most that one export holds in all. */
export const exportPageSize = 200;
export const exportEntriesMax = 100_000;
