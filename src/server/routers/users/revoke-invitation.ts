import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { invitation } from '../../rest/shapes';
import { procedure } from '../../trpc';
import { convexId } from '../../trpc-errors';

const input = z.strictObject({ invitationId: convexId });

/** Requirement D2: takes an open invitation back, here at once and then in Clerk. */
export const revokeInvitation = procedure
  .meta({
    rest: {
      method: 'DELETE',
      path: '/api/v1/admin/invitations/{invitationId}',
      tag: 'Users',
      summary: 'Take an open invitation back',
      permission: 'users:invite',
      output: invitation,
      errors: [404, 409],
    },
  })
  .input(input)
  .mutation(({ ctx, input: { invitationId } }) =>
    ctx.convex.mutation(api.users.revokeInvitation, {
      // The shape was checked; whether it is an id of an invitation is Convex's validator's business.
      invitationId: invitationId as Id<'invitations'>,
    }),
  );
