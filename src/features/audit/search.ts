import * as z from 'zod/mini';
import { cursorParam, optional, pageParam, wholePosition } from '../../lib/search-params';
import { auditFilterLengthMax, auditSources } from '../../shared/audit';
import { endOfDay, startOfDay } from '../../lib/time';

const ref = optional(z.string().check(z.minLength(1), z.maxLength(auditFilterLengthMax)));
const day = optional(
  z.string().check(
    z.regex(/^\d{4}-\d{2}-\d{2}$/),
    z.refine((text) => !Number.isNaN(Date.parse(`${text}T00:00:00Z`))),
  ),
);

const schema = z.object({
  actor: ref,
  target: ref,
  action: ref,
  source: optional(z.enum(auditSources)),
  alarm: optional(z.literal(true)),
  /** Days in the viewer's zone, both included. */
  from: day,
  to: day,
  cursor: cursorParam,
  page: pageParam,
});

export type AuditSearch = z.infer<typeof schema>;

/** What the address of the audit page says; anything malformed counts as absent. */
export function auditSearch(input: Record<string, unknown>): AuditSearch {
  return wholePosition(schema.parse(input));
}

/** Every change of what is listed starts again at the first page. */
export function refine(search: AuditSearch, change: Partial<AuditSearch>): AuditSearch {
  return { ...search, cursor: undefined, page: undefined, ...change };
}

export function isFiltered({ cursor: _cursor, page: _page, ...filter }: AuditSearch): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}

/** The filter as Convex and the export take it; absent keys are left out. */
export function filterOf(
  { actor, target, action, source, alarm, from, to }: AuditSearch,
  zone: string,
) {
  return {
    ...(actor && { actor }),
    ...(target && { target }),
    ...(action && { action }),
    ...(source && { source }),
    ...(alarm && { alarm }),
    ...(from && { from: startOfDay(from, zone) }),
    ...(to && { to: endOfDay(to, zone) }),
  };
}
