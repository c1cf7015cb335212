import { router } from '../../trpc';
import { check } from './check';

export const settingsRouter = router({ check });
