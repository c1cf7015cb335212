import { router } from '../../trpc';
import { cancel } from './cancel';
import { start } from './start';
import { undo } from './undo';

export const bulkRouter = router({ start, cancel, undo });
