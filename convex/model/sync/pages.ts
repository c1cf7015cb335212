import { z } from 'zod';
import type { SyncKind } from '../../../src/shared/sync';
import { normaliseTime } from '../clerkFields';
import { syncOverlap, syncPageSize } from '../limits';
import { type Answer, type ClerkReader, sleep, SyncTrouble } from './reader';
import type { SyncScope, SyncSlice } from './validators';

/** What the place of a record in a list is told by. */
export interface Placed {
  at: number;
  id: string;
}

/** One record of a list as Clerk sent it. */
export interface Listed extends Placed {
  raw: unknown;
}

/** New records of one page, in the list's order. */
export interface Page<Record extends Placed = Listed> {
  records: Record[];
  /** Every id of the page, those that came before included. */
  ids: string[];
  /** Nothing comes after these in the slice. */
  ended: boolean;
  /** Where the next page of a list by offset begins. */
  offset: number;
  /** Ids that were asked for and that Clerk has nobody of. */
  absent: string[];
}

const dataSchema = z.object({ data: z.array(z.unknown()) });
const totalSchema = z.object({ total_count: z.number().int().nonnegative() });

/** How often a page that cannot be is asked for again, and how long is waited before. */
const oddPagesMax = 4;
const oddPageWaitMs = 1_000;

/** Reads the lists of one run. Remembers the last ids of each slice, to know what came before. */
export class PageReader {
  private readonly tails = new Map<number, Set<string>>();
  /** Clerk's answer to the first request of the list, asked for before its turn. */
  private first: Promise<Answer> | undefined;

  constructor(
    private readonly clerk: ClerkReader,
    private readonly scope: SyncScope,
    /** Whoever is created later comes by webhook: a list that grows must end. */
    private readonly startedAt: number,
    private readonly checkStop: () => void,
  ) {}

  /** Asks for the beginning of the list of people, for whoever reads it later. */
  askFirst(): void {
    this.first = this.clerk.get(this.usersPath(pageQuery()));
    // Heard where it is awaited; whoever asked may end before.
    this.first.catch(() => undefined);
  }

  /** The page after `slice.cursor`. Repeated pages and ones that end too soon are asked for again. */
  async next(index: number, from: SyncSlice): Promise<Page> {
    let slice = from;
    for (let odd = 0; ; odd++) {
      const raw = await this.fetch(slice);
      const listed = raw.map(listedOf);
      const tail = this.tails.get(index) ?? new Set();
      if (hasJumped(slice, listed, tail) && odd < oddPagesMax) {
        slice = { ...slice, offset: Math.max(0, slice.offset - syncPageSize) };
        continue;
      }
      const fresh = freshOf(listed, slice, tail);
      const { records, reachedEnd } = cut(fresh, slice);
      const isOver = raw.length === 0;
      const isByIds = this.scope.ids !== undefined;
      // The last page of a list by offset shows its overlap once more.
      const overlap = slice.kind === 'users' ? 0 : syncOverlap;
      const isRepeated = raw.length > overlap && fresh.length === 0 && !isByIds;
      const isShort = isOver && slice.end !== undefined;
      if ((isRepeated || isShort) && odd < oddPagesMax) {
        await sleep(oddPageWaitMs, this.checkStop);
        continue;
      }
      if (isRepeated) {
        const message = 'Clerk gives the same page again and again';
        throw new SyncTrouble({ code: 'CLERK_REFUSED', message });
      }
      const ids = listed.map(({ id }) => id).filter((id) => id !== '');
      this.tails.set(index, new Set(ids));
      const offset = nextOffset(slice, raw.length);
      if (this.scope.ids !== undefined) return this.someOf(this.scope.ids, slice, records);
      const isRecent = (records.at(-1)?.at ?? 0) > this.startedAt;
      return { records, ids, ended: isOver || reachedEnd || isRecent, offset, absent: [] };
    }
  }

  private someOf(ids: readonly string[], { offset }: SyncSlice, records: Listed[]): Page {
    const found = new Set(records.map(({ id }) => id));
    const next = offset + idsPerRequest;
    const absent = ids.slice(offset, next).filter((id) => !found.has(id));
    return { records, ids: [...found], absent, offset: next, ended: next >= ids.length };
  }

  async count(): Promise<number> {
    const query = this.filter().toString();
    const answer = await this.clerk.get(`/v1/users/count${query === '' ? '' : `?${query}`}`);
    const parsed = answer.found ? totalSchema.safeParse(answer.body) : undefined;
    if (!parsed?.success) throw unreadable('the number of users');
    return parsed.data.total_count;
  }

  /** The record at `offset` of the list of people: a boundary between two slices. */
  async boundary(offset: number): Promise<{ at: number; id: string } | undefined> {
    const query = new URLSearchParams({ limit: '1', offset: String(offset) });
    const [record] = recordsOf(await this.clerk.get(this.usersPath(query))).map(listedOf);
    return record && { at: record.at, id: record.id };
  }

  async totalOf(kind: Exclude<SyncKind, 'users'>): Promise<number> {
    const answer = await this.clerk.get(`${listPath[kind]}?limit=1`);
    const parsed = answer.found ? totalSchema.safeParse(answer.body) : undefined;
    if (!parsed?.success) throw unreadable(`the number of ${kind}`);
    return parsed.data.total_count;
  }

  private async fetch(slice: SyncSlice): Promise<unknown[]> {
    if (slice.kind !== 'users') {
      const query = new URLSearchParams({
        limit: String(syncPageSize),
        offset: String(slice.offset),
        order_by: 'created_at',
      });
      return recordsOf(await this.clerk.get(`${listPath[slice.kind]}?${query}`));
    }
    if (this.scope.ids !== undefined) return await this.fetchIds(this.scope.ids, slice.offset);
    if (slice.cursor === undefined && this.first !== undefined) {
      const { first } = this;
      this.first = undefined;
      return recordsOf(await first);
    }
    const query = pageQuery();
    if (slice.cursor !== undefined) query.set('starting_after', slice.cursor.id);
    const answer = await this.clerk.get(this.usersPath(query));
    if (answer.found || slice.cursor === undefined) return recordsOf(answer);
    // The person at the cursor was deleted meanwhile: go on from their moment, theirs included.
    const since = new URLSearchParams({
      limit: String(syncPageSize),
      created_at_after: String(slice.cursor.at - 1),
    });
    return recordsOf(await this.clerk.get(this.usersPath(since)));
  }

  private async fetchIds(ids: readonly string[], offset: number): Promise<unknown[]> {
    const query = new URLSearchParams({ limit: String(idsPerRequest) });
    const wanted = ids.slice(offset, offset + idsPerRequest);
    if (wanted.length === 0) return [];
    for (const id of wanted) query.append('user_id', id);
    return recordsOf(await this.clerk.get(this.usersPath(query)));
  }

  private usersPath(query: URLSearchParams): string {
    for (const [name, value] of this.filter()) query.append(name, value);
    return `/v1/users?order_by=created_at&${query}`;
  }

  private filter(): URLSearchParams {
    const { emailDomain } = this.scope;
    return new URLSearchParams(
      emailDomain === undefined ? {} : { email_address_query: `@${emailDomain}` },
    );
  }
}

function pageQuery(): URLSearchParams {
  return new URLSearchParams({ limit: String(syncPageSize) });
}

/** Clerk takes up to 100 ids in one filter. */
const idsPerRequest = 100;

const listPath = {
  organizations: '/v1/organizations',
  memberships: '/v1/organization_memberships',
} as const;

/** Lists of users are bare arrays, the others say `{data, total_count}`. */
function recordsOf(answer: Answer): unknown[] {
  if (answer.found && Array.isArray(answer.body)) return answer.body;
  const parsed = answer.found ? dataSchema.safeParse(answer.body) : undefined;
  if (!parsed?.success) throw unreadable('a list');
  return parsed.data.data;
}

function unreadable(what: string): SyncTrouble {
  const message = `Clerk's answer is not ${what}`;
  return new SyncTrouble({ code: 'CLERK_REFUSED', message });
}

/** A record without an id has no place in the list; parsing it again would not help either. */
function listedOf(raw: unknown): Listed {
  const fields = typeof raw === 'object' && raw !== null ? raw : {};
  const id = 'id' in fields && typeof fields.id === 'string' ? fields.id : '';
  return { at: ('created_at' in fields && normaliseTime(fields.created_at)) || 0, id, raw };
}

/** Leaves out what came before. A new driver knows the page before by its last record alone. */
function freshOf(
  listed: Listed[],
  { kind, cursor }: SyncSlice,
  tail: ReadonlySet<string>,
): Listed[] {
  const isResumed = kind !== 'users' && tail.size === 0;
  const before = isResumed ? listed.findIndex(({ id }) => id === cursor?.id) : -1;
  return listed.slice(before + 1).filter(({ id }) => id !== cursor?.id && !tail.has(id));
}

/** Leaves out what belongs to the next slice. */
function cut(records: Listed[], { end }: SyncSlice): { records: Listed[]; reachedEnd: boolean } {
  if (end === undefined) return { records, reachedEnd: false };
  const last = records.findIndex(({ id }) => id === end.id);
  if (last >= 0) return { records: records.slice(0, last + 1), reachedEnd: true };
  const beyond = records.findIndex(({ at }) => at > end.at);
  return beyond < 0
    ? { records, reachedEnd: false }
    : { records: records.slice(0, beyond), reachedEnd: true };
}

/** More records vanished between two pages of a list by offset than the pages overlap. */
function hasJumped(slice: SyncSlice, listed: Listed[], tail: ReadonlySet<string>): boolean {
  if (slice.kind === 'users' || tail.size <= syncOverlap || listed.length === 0) return false;
  return !listed.some(({ id }) => tail.has(id));
}

/** Overlapping, so that records deleted meanwhile, which shift the rest, lose nobody. */
function nextOffset(slice: SyncSlice, got: number): number {
  if (slice.kind === 'users') return slice.offset;
  return slice.offset + (got > syncOverlap ? got - syncOverlap : got);
}
