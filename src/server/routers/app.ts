import { router } from '../trpc';
import { usersRouter } from './users/router';

export const appRouter = router({ users: usersRouter });

/** All that pages know of the server. */
export type AppRouter = typeof appRouter;
