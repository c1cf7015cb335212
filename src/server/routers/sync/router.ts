import { router } from '../../trpc';
import { cancel } from './cancel';
import { confirmRemovals } from './confirm-removals';
import { resume } from './resume';
import { changes, errors, run, runs } from './runs';
import { start } from './start';
import { startWithKey } from './start-with-key';
import { cancelSweep, confirmSweep, restoreSweep, sweep } from './sweep';
import { syncUser } from './sync-user';

export const syncRouter = router({
  start,
  startWithKey,
  cancel,
  resume,
  syncUser,
  sweep,
  confirmSweep,
  cancelSweep,
  restoreSweep,
  confirmRemovals,
  runs,
  run,
  errors,
  changes,
});
