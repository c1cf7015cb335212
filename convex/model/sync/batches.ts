import { internal } from '../../_generated/api';
import type { ActionCtx } from '../../_generated/server';
import type { SyncKind } from '../../../src/shared/sync';
import { parseClerkMembership, parseClerkOrganization } from '../clerkOrganization';
import { parseClerkUser } from '../clerkUser';
import { syncBatchCharsMax } from '../limits';
import { log } from '../log';
import { packed, packUser } from './packing';
import type { Listed, Page, Placed } from './pages';
import { planHashOf, sumDigests } from './planHash';
import { Stopped } from './reader';
import type { SyncRun } from './runs';
import { readsEverybody } from './scope';
import type { BatchEnd, SyncScope, SyncSlice } from './validators';

export interface PageWork {
  index: number;
  /** Before and after the page. */
  slice: SyncSlice;
  next: SyncSlice;
  page: ParsedPage;
  mode?: 'verify';
}

export interface ParsedPage extends Page<Placed> {
  parsed: Parsed;
}

/** Requests to Clerk, and how many of them were answered 429. */
export interface Traffic {
  requests: number;
  limited: number;
}

const noTraffic: Traffic = { requests: 0, limited: 0 };

interface BatchOptions {
  run: SyncRun;
  driver: string;
  /** Since it was asked last. */
  traffic: () => Traffic;
}

/** A record after parsing, as it is sent. */
interface Item {
  id: string;
  at: number;
  text: string;
}

interface Parsed {
  items: Item[];
  errors: { externalId?: string; reason: string }[];
  skipped: number;
}

/**
 * Sends pages to mutations, one at a time: all of them write the run, the counts and the audit
 * chain, so side by side they would only make each other start again.
 */
export class BatchSender {
  private queue: Promise<unknown> = Promise.resolve();
  private sums: number[] = [];
  private readonly digests = new Map<string, string>();

  constructor(
    private readonly ctx: ActionCtx,
    private readonly options: BatchOptions,
  ) {}

  private get run(): SyncRun {
    return this.options.run;
  }

  /** The hash of everything that was sent with mode `verify`. */
  async planHash(scope: SyncScope): Promise<string> {
    return await planHashOf(this.sums, scope);
  }

  /** Planned changes that come from no page. */
  addSums(sums: number[]): void {
    if (sums.length > 0) this.sums = sumDigests([this.sums, sums].filter(({ length }) => length));
  }

  async send(work: PageWork): Promise<void> {
    const turn = this.queue.then(() => this.sendInTurn(work));
    this.queue = turn.catch(() => undefined);
    await turn;
  }

  private async sendInTurn(work: PageWork): Promise<void> {
    const { parsed } = work.page;
    const chunks = chunksOf(parsed.items);
    for (const [i, items] of chunks.entries()) {
      await this.sendItems({
        work,
        items,
        isFirst: i === 0,
        isLast: i === chunks.length - 1,
        rest: i === 0 ? parsed : { ...parsed, errors: [], skipped: 0 },
      });
    }
  }

  /** Halves what a transaction cannot do, down to the one record that it fails on. */
  private async sendItems(part: Part): Promise<void> {
    const { items } = part;
    try {
      await this.attempt(part);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      if (items.length === 1) return await this.giveUp(part, error);
      if (items.length === 0) throw error;
      const half = Math.ceil(items.length / 2);
      await this.sendItems({ ...part, items: items.slice(0, half), isLast: false });
      const rest = { items: [], errors: [], skipped: 0 };
      await this.sendItems({ ...part, items: items.slice(half), isFirst: false, rest });
    }
  }

  private async attempt(part: Part): Promise<void> {
    const { work, isFirst, isLast } = part;
    let { items, rest } = part;
    let scanCursor: string | null = null;
    let isScan = isFirst;
    for (;;) {
      const end: BatchEnd = await this.ctx.runMutation(internal.syncWork.applyBatch, {
        runId: this.run._id,
        driver: this.options.driver,
        // A plan that is made again writes nothing, so it reports at its end.
        ...(work.mode === 'verify' ? noTraffic : this.options.traffic()),
        kind: work.slice.kind,
        records: packed(items.map(({ text }) => text)),
        ...(isScan ? wholePage(work, items, this.run.scope) : someOf(items, this.run.scope)),
        scanCursor,
        verify: work.mode === 'verify',
        expected: work.mode === 'verify' ? undefined : this.expectedOf(items),
        errors: rest.errors,
        skipped: rest.skipped,
        slice: { index: work.index, end: isLast ? work.next : undefined },
      });
      if (end.kind === 'stopped') throw new Stopped(end.why);
      if (end.kind === 'more') {
        scanCursor = end.cursor;
        continue;
      }
      this.note(items, end);
      if (end.taken >= items.length) return;
      items = items.slice(end.taken);
      rest = { items: [], errors: [], skipped: 0 };
      isScan = false;
      scanCursor = null;
    }
  }

  private note(items: Item[], { sums, digests }: { sums: number[]; digests: string[] }): void {
    this.addSums(sums);
    for (const [i, digest] of digests.entries()) {
      const id = items[i]?.id;
      if (id !== undefined && digest !== '') this.digests.set(id, digest);
    }
  }

  private expectedOf(items: Item[]): string[] | undefined {
    if (this.run.expectedPlan === undefined) return undefined;
    return items.map(({ id }) => this.digests.get(id) ?? '');
  }

  private async giveUp(part: Part, error: unknown): Promise<void> {
    const [item] = part.items;
    log('warn', 'sync.recordFailed', {
      kind: part.work.slice.kind,
      id: item?.id,
      message: error instanceof Error ? error.message : 'unknown',
    });
    const reason = 'The database refused this record; the log says why';
    const errors = [...part.rest.errors, { externalId: item?.id, reason }];
    await this.attempt({ ...part, items: [], rest: { ...part.rest, errors } });
  }
}

interface Part {
  work: PageWork;
  items: Item[];
  isFirst: boolean;
  isLast: boolean;
  rest: Parsed;
}

/**
 * To be called as soon as a page is there. Until it is parsed, it is some ten thousand objects, which
 * the garbage collector would copy again and again while the pages before it are applied.
 */
export function parsePage(page: Page, kind: SyncKind, scope: SyncScope): ParsedPage {
  const parsed = parse(page, kind, scope);
  return { ...page, records: page.records.map(({ at, id }) => ({ at, id })), parsed };
}

function parse(page: Page, kind: SyncKind, scope: SyncScope): Parsed {
  const absent = page.absent.map((externalId) => {
    return { externalId, reason: 'Clerk has nobody of this id' };
  });
  const parsed: Parsed = { items: [], errors: absent, skipped: 0 };
  for (const record of page.records) {
    const one = parseOne(kind, record, scope);
    if (one.kind === 'item') parsed.items.push({ id: record.id, at: one.at, text: one.text });
    else if (one.kind === 'skipped') parsed.skipped += 1;
    else parsed.errors.push({ externalId: record.id || undefined, reason: one.why });
  }
  return parsed;
}

type One =
  { kind: 'item'; at: number; text: string } | { kind: 'skipped' } | { kind: 'error'; why: string };

function parseOne(kind: SyncKind, { raw }: Listed, { emailDomain }: SyncScope): One {
  switch (kind) {
    case 'users': {
      const read = parseClerkUser(raw);
      if (!read.ok) return { kind: 'error', why: read.why };
      const isOutside =
        emailDomain !== undefined && read.user.email?.endsWith(`@${emailDomain}`) !== true;
      if (isOutside) return { kind: 'skipped' };
      return { kind: 'item', at: read.user.createdAt, text: packUser(read.user) };
    }
    case 'organizations': {
      const read = parseClerkOrganization(raw);
      if (!read.ok) return { kind: 'error', why: read.why };
      return { kind: 'item', at: 0, text: JSON.stringify(read.organization) };
    }
    case 'memberships': {
      const read = parseClerkMembership(raw);
      if (!read.ok) return { kind: 'error', why: read.why };
      return { kind: 'item', at: 0, text: JSON.stringify(read.membership) };
    }
  }
}

/** At least one chunk, so that a page without records moves the checkpoint too. */
function chunksOf(items: Item[]): Item[][] {
  const chunks: Item[][] = [];
  let chunk: Item[] = [];
  let chars = 0;
  for (const item of items) {
    if (chunk.length > 0 && chars + item.text.length > syncBatchCharsMax) {
      chunks.push(chunk);
      chunk = [];
      chars = 0;
    }
    chunk.push(item);
    chars += item.text.length;
  }
  return [...chunks, chunk];
}

/**
 * The stretch of a whole page, from the checkpoint before it to where it ends, and whom Clerk lists
 * there beside `items`. Runs over parts of the people look for each by id instead.
 */
function wholePage({ slice, next, page }: PageWork, items: Item[], scope: SyncScope) {
  if (slice.kind !== 'users' || !readsEverybody(scope)) return {};
  const last = page.records.findLast(({ id }) => id !== '');
  const to = page.ended ? next.end?.at : (last?.at ?? slice.cursor?.at);
  const before = slice.cursor === undefined ? [] : [slice.cursor.id];
  const sent = new Set(items.map(({ id }) => id));
  const others = page.records.map(({ id }) => id).filter((id) => !sent.has(id));
  const listed = [...before, ...others];
  return { stretch: { from: slice.cursor?.at, to }, listed };
}

function someOf(items: Item[], scope: SyncScope) {
  if (items.length === 0 || !readsEverybody(scope)) return {};
  const times = items.map(({ at }) => at);
  return { stretch: { from: Math.min(...times), to: Math.max(...times) } };
}
