import { router } from '../../trpc';
import { retryPush } from './retry-push';
import { setRole } from './set-role';
import { store } from './store';

export const usersRouter = router({ store, setRole, retryPush });
