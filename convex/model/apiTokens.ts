import type { PaginationOptions, PaginationResult } from 'convex/server';
import { type Infer, v } from 'convex/values';
import {
  tokenDaysMax,
  tokenIdPattern,
  tokenNameLengthMax,
  tokenScopes,
  type TokenScope,
} from '../../src/shared/api-tokens';
import { canSometimes } from '../../src/shared/permissions';
import type { Doc } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { appendAudit, type Cause } from './auditLog';
import { fail } from './errors';
import { boundedPage } from './listing';
import { liveTokensMax, tokenUseWrittenMs } from './limits';
import { limitExchange, takeBadToken } from './pools';
import { cleanText } from './text';
import { literals, tokenScope } from './validators';

export type TokenRow = Doc<'apiTokens'>;
type UserRow = Doc<'users'>;

const dayMs = 24 * 60 * 60_000;

/** What leaves the database about a token: everything but the hash. */
export const tokenView = v.object({
  tokenId: v.string(),
  name: v.string(),
  scopes: v.array(tokenScope),
  /** `creatorInactive`: the token works again when that person is reactivated. */
  state: literals(['active', 'expired', 'revoked', 'creatorInactive']),
  createdBy: v.object({ userId: v.id('users'), name: v.string(), email: v.optional(v.string()) }),
  createdAt: v.number(),
  expiresAt: v.number(),
  lastUsedAt: v.optional(v.number()),
  revokedAt: v.optional(v.number()),
});
export type TokenView = Infer<typeof tokenView>;

export interface NewToken {
  tokenId: string;
  /** SHA-256 of the secret, hex; the secret itself is never sent here. */
  secretHash: string;
  name: string;
  scopes: TokenScope[];
  expiresInDays: number;
}

/** Makes a token that acts as `creator`, narrowed to its scopes. The caller has checked permission. */
export async function createToken(
  ctx: MutationCtx,
  creator: UserRow,
  token: NewToken,
  cause: Cause,
): Promise<TokenView> {
  const { tokenId, secretHash, expiresInDays } = token;
  const name = cleanText(token.name, tokenNameLengthMax);
  const scopes = tokenScopes.filter((scope) => token.scopes.includes(scope));
  if (name === undefined) fail('INVALID_INPUT', { field: 'name', message: 'Give it a name.' });
  if (scopes.length === 0) {
    fail('INVALID_INPUT', { field: 'scopes', message: 'Choose at least one permission.' });
  }
  if (!Number.isInteger(expiresInDays) || expiresInDays < 1 || expiresInDays > tokenDaysMax) {
    const message = `A token lives from 1 to ${tokenDaysMax} whole days.`;
    fail('INVALID_INPUT', { field: 'expiresInDays', message });
  }
  if (!tokenIdPattern.test(tokenId) || !/^[0-9a-f]{64}$/.test(secretHash)) {
    fail('INVALID_INPUT', { field: 'tokenId' });
  }
  const beyond = scopes.filter((scope) => !canSometimes({ ...creator, id: '' }, scope));
  if (beyond.length > 0) {
    const message = `The token's creator does not have: ${beyond.join(', ')}.`;
    fail('FORBIDDEN', { field: 'scopes', message });
  }
  if ((await tokenByPublicId(ctx, tokenId)) !== null) fail('INVALID_INPUT', { field: 'tokenId' });
  await requireRoom(ctx, cause.now);
  const expiresAt = cause.now + expiresInDays * dayMs;
  const id = await ctx.db.insert('apiTokens', {
    tokenId,
    secretHash,
    name,
    scopes,
    createdBy: creator._id,
    createdAt: cause.now,
    expiresAt,
    endsAt: expiresAt,
  });
  await appendAudit(ctx, cause, {
    action: 'token.created',
    target: `token:${tokenId}`,
    after: { scopes, expiresAt, actsAs: `user:${creator.externalId}` },
  });
  const row = await ctx.db.get('apiTokens', id);
  if (row === null) throw new Error('a token is not there');
  return await toView(ctx, row, cause.now);
}

async function requireRoom(ctx: QueryCtx, now: number): Promise<void> {
  const live = await ctx.db
    .query('apiTokens')
    .withIndex('byEndsAt', (q) => q.gt('endsAt', now))
    .take(liveTokensMax);
  if (live.length < liveTokensMax) return;
  const message = `There are ${liveTokensMax} live tokens. Revoke one that is not needed first.`;
  fail('INVALID_INPUT', { message });
}

/** Ends a token at once. Revoking a revoked one changes nothing. */
export async function revokeToken(
  ctx: MutationCtx,
  tokenId: string,
  cause: Cause,
): Promise<TokenView> {
  const row = await tokenByPublicId(ctx, tokenId);
  if (row === null) fail('TOKEN_NOT_FOUND', { field: 'tokenId' });
  if (row.revokedAt !== undefined) return await toView(ctx, row, cause.now);
  const end = { revokedAt: cause.now, endsAt: Math.min(row.endsAt, cause.now) };
  await ctx.db.patch('apiTokens', row._id, end);
  await appendAudit(ctx, cause, {
    action: 'token.revoked',
    target: `token:${tokenId}`,
    before: { endsAt: row.endsAt, scopes: row.scopes },
    after: { endsAt: end.endsAt, scopes: [] },
  });
  return await toView(ctx, { ...row, ...end }, cause.now);
}

/** All tokens, newest first, with their states at `now`. */
export async function listTokens(
  ctx: QueryCtx,
  paginationOpts: PaginationOptions,
  now: number,
): Promise<PaginationResult<TokenView>> {
  const page = await ctx.db.query('apiTokens').order('desc').paginate(boundedPage(paginationOpts));
  return { ...page, page: await Promise.all(page.page.map((row) => toView(ctx, row, now))) };
}

async function toView(ctx: QueryCtx, row: TokenRow, now: number): Promise<TokenView> {
  const creator = await ctx.db.get('users', row.createdBy);
  return {
    tokenId: row.tokenId,
    name: row.name,
    scopes: row.scopes,
    state: stateOf(row, creator, now),
    createdBy: {
      userId: row.createdBy,
      name: creator?.name ?? 'Unknown',
      email: creator?.email,
    },
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
    lastUsedAt: row.lastUsedAt,
    revokedAt: row.revokedAt,
  };
}

function stateOf(row: TokenRow, creator: UserRow | null, now: number): TokenView['state'] {
  if (row.revokedAt !== undefined) return 'revoked';
  if (row.expiresAt <= now) return 'expired';
  const present =
    creator !== null &&
    creator.isActive &&
    creator.deletedAt === undefined &&
    creator.heldDeletionAt === undefined;
  return present ? 'active' : 'creatorInactive';
}

export async function tokenByPublicId(
  ctx: Pick<QueryCtx, 'db'>,
  tokenId: string,
): Promise<TokenRow | null> {
  return await ctx.db
    .query('apiTokens')
    .withIndex('byTokenId', (q) => q.eq('tokenId', tokenId))
    .unique();
}

export type Exchange =
  | { kind: 'ok'; expiresAt: number }
  | { kind: 'bad'; why: string }
  | { kind: 'limited'; retryAfterMs: number };

/**
 * Checks a presented token. A bad one costs no write once the bucket for bad ones is empty, so a
 * flood of guesses neither grows the database nor takes anything from holders of good tokens.
 */
export async function exchangeToken(
  ctx: MutationCtx,
  presented: { tokenId: string; secretHash: string },
  now: number,
): Promise<Exchange> {
  const row = await tokenByPublicId(ctx, presented.tokenId);
  // A guessed id and a wrong secret look the same from outside.
  if (row === null || !sameText(row.secretHash, presented.secretHash)) {
    const room = await takeBadToken(ctx);
    return room.ok
      ? { kind: 'bad', why: 'There is no such API token.' }
      : { kind: 'limited', retryAfterMs: room.waitMs };
  }
  const creator = await ctx.db.get('users', row.createdBy);
  const state = stateOf(row, creator, now);
  if (state !== 'active') return { kind: 'bad', why: endings[state] };
  const limit = await limitExchange(ctx, row.tokenId);
  if (!limit.ok) return { kind: 'limited', retryAfterMs: limit.waitMs };
  if (now - (row.lastUsedAt ?? 0) >= tokenUseWrittenMs) {
    await ctx.db.patch('apiTokens', row._id, { lastUsedAt: now });
  }
  return { kind: 'ok', expiresAt: row.expiresAt };
}

const endings: Record<Exclude<TokenView['state'], 'active'>, string> = {
  expired: 'This API token has expired. Make a new one.',
  revoked: 'This API token was revoked.',
  creatorInactive: 'The person whom this API token acts as is deactivated or deleted.',
};

/** Compares without ending early: how much of a hash is right shows in no time. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++) {
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  }
  return difference === 0;
}
