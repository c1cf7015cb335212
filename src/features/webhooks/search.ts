import * as z from 'zod/mini';
import {
  cursorParam,
  optional,
  pageParam,
  searchText,
  wholePosition,
} from '../../lib/search-params';
import { deliveryOutcomes, idSearchLengthMax } from '../../shared/deliveries';

const schema = z.object({
  outcome: optional(z.enum(deliveryOutcomes)),
  type: optional(z.string().check(z.minLength(1), z.maxLength(idSearchLengthMax))),
  /** A Clerk id, or the id of a message. */
  id: searchText,
  alarm: optional(z.literal(true)),
  /** The delivery that is open. */
  open: optional(z.string().check(z.regex(/^[0-9a-z]{31,37}$/))),
  cursor: cursorParam,
  page: pageParam,
});

export type WebhooksSearch = z.infer<typeof schema>;

/** What the address of the webhooks page says; anything malformed counts as absent. */
export function webhooksSearch(input: Record<string, unknown>): WebhooksSearch {
  return wholePosition(schema.parse(input));
}

export function refine(search: WebhooksSearch, change: Partial<WebhooksSearch>): WebhooksSearch {
  return { ...search, cursor: undefined, page: undefined, open: undefined, ...change };
}

export function isFiltered({ outcome, type, id, alarm }: WebhooksSearch): boolean {
  return Boolean(outcome ?? type ?? id ?? alarm);
}
