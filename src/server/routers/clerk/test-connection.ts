import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import { connection } from '../../rest/shapes';
import { procedure } from '../../trpc';

/** Requirement E2: asks Clerk with the deployment's key. A refusal of Clerk is an answer too. */
export const testConnection = procedure
  .meta({
    rest: {
      method: 'POST',
      path: '/api/v1/admin/clerk/test-connection',
      tag: 'Clerk',
      summary: "Ask Clerk with the deployment's key",
      description: '`ok` says whether Clerk took it, `message` why not.',
      permission: 'sync:run',
      output: connection,
    },
  })
  .input(z.strictObject({}).optional())
  .mutation(({ ctx }) => ctx.convex.action(api.connection.test, {}));
