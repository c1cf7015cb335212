import { router } from '../../trpc';
import { deactivate } from './deactivate';
import { dismissPush } from './dismiss-push';
import { invite } from './invite';
import { reactivate } from './reactivate';
import { remove } from './remove';
import { retryPush } from './retry-push';
import { revokeInvitation } from './revoke-invitation';
import { setRole } from './set-role';
import { store } from './store';
import { updateName } from './update-name';

export const usersRouter = router({
  store,
  setRole,
  updateName,
  deactivate,
  reactivate,
  remove,
  retryPush,
  dismissPush,
  invite,
  revokeInvitation,
});
