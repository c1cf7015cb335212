import { router } from '../../trpc';
import { confirm } from './confirm';
import { reject } from './reject';

export const brakesRouter = router({ confirm, reject });
