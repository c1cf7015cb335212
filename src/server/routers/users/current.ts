import { api } from '../../../../convex/_generated/api';
import { AppError } from '../../app-error';
import { currentUser } from '../../rest/shapes';
import { procedure } from '../../trpc';

/** Whom the caller acts as: for a token, the person who made it. */
export const current = procedure
  .meta({
    rest: {
      method: 'GET',
      path: '/api/v1/me',
      tag: 'Users',
      summary: 'Whom the caller acts as',
      permission: 'signedIn',
      output: currentUser,
      errors: [409],
    },
  })
  .query(async ({ ctx }) => {
    const row = await ctx.convex.query(api.users.current, {});
    if (row === null) {
      // Of a token there is no row once it was revoked.
      const byToken = ctx.caller.userId.startsWith('token:');
      throw new AppError(byToken ? 'TOKEN_INVALID' : 'ACCOUNT_NOT_READY');
    }
    if (!row.isActive) throw new AppError('ACCOUNT_INACTIVE');
    return row;
  });
