import { router } from '../../trpc';
import { cancel } from './cancel';
import { get, results } from './read';
import { start } from './start';
import { undo } from './undo';

export const bulkRouter = router({ start, cancel, undo, get, results });
