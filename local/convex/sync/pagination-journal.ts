import type { FunctionResult, Json, JsonObject } from '../engine/contract';

/**
 * Gapless reactive pagination. The first run of a page decides where it ends; later runs must end
 * there too, or rows inserted meanwhile would push others out of this page without the next page
 * noticing. Convex keeps the end cursor in the query's journal, which the client stores and sends
 * again after a reconnect. Here the journal travels as text and takes effect as the `endCursor`
 * of `paginationOpts`, which is how the newer clients ask for the same thing themselves.
 */

/** The arguments to run with: those given, ending where the journal says. */
export function argsWithJournal(args: Json, journal: string | null): Json {
  const options = openPage(args);
  const endCursor = journal === null ? undefined : endCursorOf(journal);
  if (!options || endCursor === undefined) return args;
  return { ...(args as JsonObject), paginationOpts: { ...options, endCursor } };
}

/** The journal after a run; a journal once made stays until the subscription ends. */
export function journalAfter(
  args: Json,
  result: FunctionResult,
  journal: string | null,
): string | null {
  if (journal !== null || result.kind !== 'success' || !openPage(args)) return journal;
  const page = asObject(result.value);
  const isPage = Array.isArray(page?.page) && typeof page.isDone === 'boolean';
  return isPage && typeof page.continueCursor === 'string'
    ? JSON.stringify({ endCursor: page.continueCursor })
    : null;
}

/** `paginationOpts` of a page whose end is not given. */
function openPage(args: Json): JsonObject | undefined {
  const options = asObject(asObject(args)?.paginationOpts);
  if (!options || !('cursor' in options)) return undefined;
  return typeof options.endCursor === 'string' ? undefined : options;
}

function endCursorOf(journal: string): string | undefined {
  try {
    const endCursor = asObject(JSON.parse(journal) as Json)?.endCursor;
    return typeof endCursor === 'string' ? endCursor : undefined;
  } catch {
    return undefined;
  }
}

function asObject(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}
