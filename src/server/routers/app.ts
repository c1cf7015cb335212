import { router } from '../trpc';
import { bulkRouter } from './bulk/router';
import { usersRouter } from './users/router';

export const appRouter = router({ bulk: bulkRouter, users: usersRouter });

/** All that pages know of the server. */
export type AppRouter = typeof appRouter;
