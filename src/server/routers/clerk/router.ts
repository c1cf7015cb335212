import { router } from '../../trpc';
import { databaseSummary } from './database-summary';
import { cancel, changes, errors, resume, run, runs, sync } from './runs';
import { status } from './status';
import { testConnection } from './test-connection';

/** Requirement E2: what guide E calls the admin API of Clerk's data. */
export const clerkRouter = router({
  status,
  sync,
  runs,
  run,
  errors,
  changes,
  cancel,
  resume,
  databaseSummary,
  testConnection,
});
