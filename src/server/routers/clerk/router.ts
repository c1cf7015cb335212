import { router } from '../../trpc';
import { databaseSummary } from './database-summary';
import { status } from './status';
import { testConnection } from './test-connection';

/** Requirement E2: the state of Clerk's data here. Runs of the sync are `../sync`. */
export const clerkRouter = router({ status, databaseSummary, testConnection });
