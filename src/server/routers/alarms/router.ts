import { router } from '../../trpc';
import { acknowledge } from './acknowledge';

export const alarmsRouter = router({ acknowledge });
