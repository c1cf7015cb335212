import { router } from '../../trpc';
import { list } from './list';
import { replay } from './replay';

export const deliveriesRouter = router({ list, replay });
