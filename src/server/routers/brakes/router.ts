import { router } from '../../trpc';
import { confirm } from './confirm';
import { held, list } from './list';
import { reject } from './reject';

export const brakesRouter = router({ list, held, confirm, reject });
