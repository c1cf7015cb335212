import { api } from '../../../../convex/_generated/api';
import { procedure } from '../../trpc';

/** Requirement B7: makes sure that the caller has a row, and records the login. */
export const store = procedure.mutation(({ ctx }) => ctx.convex.mutation(api.users.store, {}));
