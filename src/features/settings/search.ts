import * as z from 'zod/mini';
import { optional } from '../../lib/search-params';

export const sections = ['roles', 'tokens', 'health', 'keys', 'instance'] as const;
export type Section = (typeof sections)[number];

const schema = z.object({ section: optional(z.enum(sections)) });

export type SettingsSearch = z.infer<typeof schema>;

/** Which part of the settings the address names. */
export function settingsSearch(input: Record<string, unknown>): SettingsSearch {
  return schema.parse(input);
}
