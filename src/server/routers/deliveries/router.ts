import { router } from '../../trpc';
import { replay } from './replay';

export const deliveriesRouter = router({ replay });
