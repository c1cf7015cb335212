import { router } from '../../trpc';
import { get } from './get';
import { list } from './list';
import { replay } from './replay';

export const deliveriesRouter = router({ list, get, replay });
