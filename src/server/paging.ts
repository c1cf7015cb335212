import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { PaginationOptions, PaginationResult } from 'convex/server';
import { z } from 'zod';
import { serverEnv } from '../env.server';
import { pageSizeMax } from '../shared/people';
import { AppError } from './app-error';

/** Of a list: how many, and from where. */
export const pageInput = z.strictObject({
  limit: z.number().int().min(1).max(pageSizeMax).default(50).meta({
    description: 'Entries per page.',
  }),
  cursor: z.string().min(1).max(4096).optional().meta({
    description: '`cursor` of the page before; absent for the first page.',
  }),
});

/** A page as it goes out; `cursor` is null on the last one. */
export function pageOf<T extends z.ZodType>(entry: T) {
  return z.object({ items: z.array(entry), cursor: z.string().nullable() });
}

/**
 * Cursors are Convex's, sealed: one that was made up, cut, or taken from another list is refused here
 * as what it is, a bad request. Convex would fail on it.
 */
function seal(list: string, text: string): string {
  return createHmac('sha256', sealingKey()).update(`${list}\0${text}`).digest('base64url');
}

const sealLength = 22;

function sealingKey(): Buffer {
  // Every instance of the web server has it, so pages may come from different ones.
  return createHash('sha256').update(`rollcall cursors ${serverEnv().CLERK_SECRET_KEY}`).digest();
}

function sealed(list: string, cursor: string): string {
  const text = Buffer.from(cursor, 'utf8').toString('base64url');
  return seal(list, text).slice(0, sealLength) + text;
}

function opened(list: string, cursor: string): string {
  const mark = Buffer.from(cursor.slice(0, sealLength).padEnd(sealLength));
  const text = cursor.slice(sealLength);
  const expected = Buffer.from(seal(list, text).slice(0, sealLength));
  if (mark.length !== expected.length || !timingSafeEqual(mark, expected)) {
    const message = 'The cursor does not belong to this list. Start again from the first page.';
    throw new AppError('INVALID_INPUT', { field: 'cursor', message });
  }
  return Buffer.from(text, 'base64url').toString('utf8');
}

/** Reads one page of `list`; what selects the entries belongs into its name. */
export async function readPage<T>(
  list: string,
  { limit, cursor }: z.infer<typeof pageInput>,
  read: (paginationOpts: PaginationOptions) => Promise<PaginationResult<T>>,
): Promise<{ items: T[]; cursor: string | null }> {
  const from = cursor === undefined ? null : opened(list, cursor);
  const page = await read({ numItems: limit, cursor: from });
  return {
    items: page.page,
    cursor: page.isDone ? null : sealed(list, page.continueCursor),
  };
}
