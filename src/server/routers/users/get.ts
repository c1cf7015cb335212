import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { AppError } from '../../app-error';
import { user } from '../../rest/shapes';
import { procedure } from '../../trpc';
import { usersPath } from './rest';
import { userId, withUser } from './target';

export const get = procedure
  .meta({
    rest: {
      method: 'GET',
      path: `${usersPath}/{userId}`,
      tag: 'Users',
      summary: 'One person',
      permission: 'users:read',
      output: user,
      errors: [404],
    },
  })
  .input(z.strictObject({ userId }))
  .query(async ({ ctx, input }) => {
    const found = await withUser(ctx.convex, input.userId, (id) =>
      ctx.convex.query(api.users.get, { userId: id }),
    );
    if (found === null) throw new AppError('USER_NOT_FOUND', { field: 'userId' });
    return found;
  });
