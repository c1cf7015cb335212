import { router } from '../../trpc';
import { exportLog } from './export';
import { list } from './list';
import { verify } from './verify';

export const auditRouter = router({ list, verify, export: exportLog });
