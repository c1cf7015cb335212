import * as z from 'zod/mini';
import {
  cursorParam,
  optional,
  pageParam,
  searchText,
  wholePosition,
} from '../../lib/search-params';
import { recordStatuses } from '../../shared/organizations';

const listSchema = z.object({
  q: searchText,
  status: optional(z.enum(recordStatuses)),
  cursor: cursorParam,
  page: pageParam,
});

export type OrganizationsSearch = z.infer<typeof listSchema>;

/** What the address of the organizations page says; anything malformed counts as absent. */
export function organizationsSearch(input: Record<string, unknown>): OrganizationsSearch {
  return wholePosition(listSchema.parse(input));
}

const membersSchema = z.object({
  members: optional(z.enum(recordStatuses)),
  cursor: cursorParam,
  page: pageParam,
});

export type OrganizationSearch = z.infer<typeof membersSchema>;

/** The same for the page of one organization: which members it lists. */
export function organizationSearch(input: Record<string, unknown>): OrganizationSearch {
  return wholePosition(membersSchema.parse(input));
}
