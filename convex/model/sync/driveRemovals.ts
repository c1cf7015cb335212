import type { FunctionReturnType } from 'convex/server';
import { z } from 'zod';
import { internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import type { ActionCtx } from '../../_generated/server';
import type { MirrorKind } from '../../../src/shared/sync';
import { clerkApi } from '../environment';
import { log } from '../log';
import type { Page, PageReader, Placed } from './pages';
import { sumDigests } from './planHash';
import { ClerkReader, requestTaker, Stopped } from './reader';
import type { AskVerdict, Verdict } from './removals';
import type { SyncSlice } from './validators';

/** What Clerk can be asked about something by. */
export interface Place {
  externalId: string;
  organizationExternalId?: string;
  userExternalId?: string;
}

/** The share of a run's driver in `removals.ts`: what Clerk is asked, in which order. */
export class Removals {
  /** Distinct records of each list, for the check before a plan, which keeps no counts. */
  private readonly listed = { organizations: 0, memberships: 0 };

  constructor(
    private readonly ctx: ActionCtx,
    private readonly address: { runId: Id<'syncRuns'>; driver: string },
    private readonly clerk: ClerkReader,
    private readonly pages: PageReader,
  ) {}

  /** Before a page is applied and its checkpoint moves, so that a driver that dies loses none. */
  async note(kind: MirrorKind, slice: SyncSlice, page: Page<Placed>): Promise<void> {
    this.listed[kind] += page.records.length;
    const last = page.records.findLast(({ id }) => id !== '');
    const to = page.ended ? undefined : (last?.at ?? slice.cursor?.at);
    const listed = [...page.ids, ...(slice.cursor === undefined ? [] : [slice.cursor.id])];
    const stretch = { kind, from: slice.cursor?.at, to, listed };
    let cursor: string | null = null;
    do {
      cursor = await this.ctx.runMutation(internal.removals.note, {
        ...this.address,
        ...stretch,
        cursor,
      });
    } while (cursor !== null);
  }

  /** After both lists. Returns the sums of what was planned. */
  async settle(kinds: readonly MirrorKind[], mode?: 'verify'): Promise<number[]> {
    let sums: number[] = [];
    for (const kind of kinds) {
      if (!(await this.areThere(kind, mode))) continue;
      await this.askAll(kind);
      let isDone = false;
      while (!isDone) {
        const end: FunctionReturnType<typeof internal.removals.settle> = await this.ctx.runMutation(
          internal.removals.settle,
          {
            ...this.address,
            kind,
            verify: mode === 'verify',
          },
        );
        if (end.stopped !== undefined) throw new Stopped(end.stopped);
        sums = sumDigests([sums, end.sums].filter(({ length }) => length > 0));
        isDone = end.isDone;
      }
    }
    return sums;
  }

  private async areThere(kind: MirrorKind, mode?: 'verify'): Promise<boolean> {
    const { runId } = this.address;
    if (!(await this.ctx.runQuery(internal.removals.anyUnseen, { runId, kind }))) return false;
    const counted = await this.pages.totalOf(kind);
    const listed = mode === 'verify' ? this.listed[kind] : undefined;
    for (;;) {
      const weighed = await this.ctx.runMutation(internal.removals.weigh, {
        ...this.address,
        kind,
        after: counted,
        listed,
      });
      if (weighed !== 'more') return weighed === 'ask';
    }
  }

  private async askAll(kind: MirrorKind): Promise<void> {
    const { runId } = this.address;
    for (;;) {
      const places = await this.ctx.runQuery(internal.removals.open, { runId, kind });
      if (places.length === 0) return;
      const verdicts = await askClerk(this.clerk, kind, places);
      await this.ctx.runMutation(internal.removals.judge, { ...this.address, kind, verdicts });
    }
  }
}

/** Carries out what somebody has confirmed: each is asked for once more, just before. */
export async function driveHeldRemovals(ctx: ActionCtx, runId: Id<'syncRuns'>): Promise<void> {
  const api = clerkApi();
  if (!api.ok) return log('warn', 'removals.wait', { reason: api.reason });
  const checkStop = () => undefined;
  const takeRequests = requestTaker(ctx, checkStop);
  const { baseUrl, secretKey } = api;
  const clerk = new ClerkReader({ baseUrl, secretKey, takeRequests, checkStop });
  for (const kind of ['organizations', 'memberships'] as const) {
    for (;;) {
      const places = await ctx.runQuery(internal.removals.held, { runId, kind });
      if (places.length === 0) break;
      const verdicts = await askClerk(clerk, kind, places);
      await ctx.runMutation(internal.removals.removeHeld, { runId, kind, verdicts });
    }
  }
}

async function askClerk(
  clerk: ClerkReader,
  kind: MirrorKind,
  places: readonly Place[],
): Promise<Verdict[]> {
  return await Promise.all(
    places.map(async (place) => ({
      externalId: place.externalId,
      verdict:
        kind === 'organizations'
          ? await askOrganization(clerk, place.externalId)
          : await askMembership(clerk, place),
    })),
  );
}

const idOnly = z.object({ id: z.string() });

/** Only Clerk's own 404 denies an organization. */
async function askOrganization(clerk: ClerkReader, id: string): Promise<AskVerdict> {
  const answer = await clerk.get(`/v1/organizations/${encodeURIComponent(id)}`);
  if (!answer.found) return answer.status === 404 ? 'gone' : 'unknown';
  return idOnly.safeParse(answer.body).data?.id === id ? 'present' : 'unknown';
}

const memberships = z.object({
  data: z.array(z.object({ id: z.string(), public_user_data: z.object({ user_id: z.string() }) })),
  total_count: z.number(),
});

/**
 * Clerk gives no membership by its id, but those of one person in one organization. An answer that
 * is about others, or not whole, denies nothing.
 */
async function askMembership(clerk: ClerkReader, place: Place): Promise<AskVerdict> {
  const { externalId, organizationExternalId, userExternalId } = place;
  if (organizationExternalId === undefined || userExternalId === undefined) return 'unknown';
  const query = new URLSearchParams({ user_id: userExternalId, limit: '100' });
  const path = `/v1/organizations/${encodeURIComponent(organizationExternalId)}/memberships`;
  const answer = await clerk.get(`${path}?${query}`);
  if (!answer.found) {
    const organization = await askOrganization(clerk, organizationExternalId);
    return organization === 'gone' ? 'gone' : 'unknown';
  }
  const page = memberships.safeParse(answer.body).data;
  if (page === undefined) return 'unknown';
  if (page.data.some(({ id }) => id === externalId)) return 'present';
  const isAboutThem = page.data.every((one) => one.public_user_data.user_id === userExternalId);
  return isAboutThem && page.total_count === page.data.length ? 'gone' : 'unknown';
}
