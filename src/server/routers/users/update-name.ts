import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { nameLengthMax } from '../../../shared/invitations';
import { user } from '../../rest/shapes';
import { procedure } from '../../trpc';
import { usersPath } from './rest';
import { userId, withUser } from './target';

const namePart = z.string().trim().max(nameLengthMax);

/** Requirement D2: a name, here at once and then in Clerk. An empty part is none. */
export const updateName = procedure
  .meta({
    rest: {
      method: 'PATCH',
      path: `${usersPath}/{userId}/name`,
      tag: 'Users',
      summary: 'Change a name',
      description: 'Here at once, in Clerk by outbox. An empty part is none.',
      permission: 'users:update',
      output: user,
      errors: [404, 409],
    },
  })
  .input(z.strictObject({ userId, firstName: namePart, lastName: namePart }))
  .mutation(({ ctx: { convex }, input: { userId: id, ...name } }) =>
    withUser(convex, id, (rowId) =>
      convex.mutation(api.users.updateName, { userId: rowId, ...name }),
    ),
  );
