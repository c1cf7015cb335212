import { createHash, randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import {
  formatApiToken,
  tokenDaysMax,
  tokenIdPattern,
  tokenNameLengthMax,
  tokenScopes,
} from '../../../shared/api-tokens';
import { pageInput, pageOf, readPage } from '../../paging';
import { apiToken } from '../../rest/shapes';
import { procedure, router } from '../../trpc';

const path = '/api/v1/admin/tokens';

const list = procedure
  .meta({
    rest: {
      method: 'GET',
      path,
      tag: 'API tokens',
      summary: 'List API tokens, newest first',
      description: 'For signed-in people: no token manages tokens.',
      permission: 'tokens:manage',
      output: pageOf(apiToken),
    },
  })
  .input(pageInput)
  .query(({ ctx, input }) =>
    readPage('tokens', input, (paginationOpts) =>
      ctx.convex.query(api.tokens.list, { paginationOpts, now: Date.now() }),
    ),
  );

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

/** The secret is shown in this one answer; Convex gets its hash, and nothing else has it. */
const create = procedure
  .meta({
    rest: {
      method: 'POST',
      path,
      tag: 'API tokens',
      summary: 'Make an API token',
      description: 'The answer is the only place that ever shows the whole token.',
      permission: 'tokens:manage',
      output: z.object({ token: z.string(), details: apiToken }),
      status: 201,
    },
  })
  .input(
    z.strictObject({
      name: z.string().trim().min(1).max(tokenNameLengthMax),
      scopes: z.array(z.enum(tokenScopes)).min(1).max(tokenScopes.length),
      expiresInDays: z.number().int().min(1).max(tokenDaysMax).default(90),
    }),
  )
  .mutation(async ({ ctx, input }) => {
    const tokenId = Array.from({ length: 16 }, () => alphabet[randomInt(alphabet.length)]).join('');
    const secret = randomBytes(32).toString('base64url');
    const secretHash = createHash('sha256').update(secret).digest('hex');
    const details = await ctx.convex.mutation(api.tokens.create, { ...input, tokenId, secretHash });
    return { token: formatApiToken({ tokenId, secret }), details };
  });

const revoke = procedure
  .meta({
    rest: {
      method: 'DELETE',
      path: `${path}/{tokenId}`,
      tag: 'API tokens',
      summary: 'Revoke an API token',
      description: 'Counts from the next request on.',
      permission: 'tokens:manage',
      output: apiToken,
      errors: [404],
    },
  })
  .input(z.strictObject({ tokenId: z.string().regex(tokenIdPattern, 'is not the id of a token') }))
  .mutation(({ ctx, input }) => ctx.convex.mutation(api.tokens.revoke, input));

export const tokensRouter = router({ list, create, revoke });
