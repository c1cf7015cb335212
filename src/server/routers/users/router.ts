import { router } from '../../trpc';
import { current } from './current';
import { deactivate } from './deactivate';
import { get } from './get';
import { list } from './list';
import { dismissPush } from './dismiss-push';
import { invitations } from './invitations';
import { invite } from './invite';
import { reactivate } from './reactivate';
import { remove } from './remove';
import { retryPush } from './retry-push';
import { revokeInvitation } from './revoke-invitation';
import { setRole } from './set-role';
import { stats } from './stats';
import { store } from './store';
import { updateName } from './update-name';

export const usersRouter = router({
  current,
  list,
  get,
  stats,
  store,
  setRole,
  updateName,
  deactivate,
  reactivate,
  remove,
  retryPush,
  dismissPush,
  invite,
  invitations,
  revokeInvitation,
});
