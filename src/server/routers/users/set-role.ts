import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { knownRole } from '../../known-role';
import { roleNames } from '../../../shared/roles';
import { user } from '../../rest/shapes';
import { procedure } from '../../trpc';
import { usersPath } from './rest';
import { userId, withUser } from './target';

const input = z.strictObject({
  userId,
  role: z
    .string()
    .min(1)
    .max(100)
    .meta({
      description: 'A role of this installation.',
      examples: [...roleNames],
    }),
});

/** Requirements C1, C5: one person's role. Convex decides whether the caller may. */
export const setRole = procedure
  .meta({
    rest: {
      method: 'PATCH',
      path: `${usersPath}/{userId}`,
      aliases: ['/api/admin/users/{userId}'],
      tag: 'Users',
      summary: 'Give a person a role',
      description: 'Counts at once; `push` says where it stands on its way to Clerk.',
      permission: 'users:setRole',
      output: user,
      errors: [404, 409],
    },
  })
  .input(input)
  .mutation(async ({ ctx, input: { userId: id, role } }) => {
    const wanted = knownRole(role);
    return withUser(ctx.convex, id, (rowId) =>
      ctx.convex.mutation(api.users.updateRole, { userId: rowId, role: wanted }),
    );
  });
