import { router } from '../../trpc';
import { deactivate } from './deactivate';
import { reactivate } from './reactivate';
import { remove } from './remove';
import { retryPush } from './retry-push';
import { setRole } from './set-role';
import { store } from './store';

export const usersRouter = router({ store, setRole, deactivate, reactivate, remove, retryPush });
