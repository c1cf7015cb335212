import { router } from '../../trpc';
import { cancel } from './cancel';
import { start } from './start';

export const bulkRouter = router({ start, cancel });
