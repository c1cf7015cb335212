import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { emailLengthMax } from '../../../shared/invitations';
import { invitation } from '../../rest/shapes';
import { procedure } from '../../trpc';
import { knownRole } from '../../known-role';

const input = z.strictObject({
  email: z.string().trim().min(3).max(emailLengthMax),
  role: z.string().min(1).max(100).optional(),
});

/** Requirement D2: invites an address; Clerk sends the mail. */
export const invite = procedure
  .meta({
    rest: {
      method: 'POST',
      path: '/api/v1/admin/invitations',
      tag: 'Users',
      summary: 'Invite an address',
      description: 'Clerk sends the mail. Without a role the default one.',
      permission: 'users:invite',
      output: invitation,
      errors: [409],
      status: 201,
    },
  })
  .input(input)
  .mutation(({ ctx, input: { email, role } }) =>
    ctx.convex.mutation(api.users.invite, {
      email,
      ...(role === undefined ? {} : { role: knownRole(role) }),
    }),
  );
