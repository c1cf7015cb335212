import type { Json } from '../engine/contract';
import type { DataRequest } from '../http/deploy-api';
import type { PageRequest, ReadTransaction } from '../store/contract';
import { PushError } from './push-error';

const pageRowsMax = 1_000;

/** A page of a table's documents, or all tables of the component, as `paginate()` answers. */
export function tableData(tx: ReadTransaction, componentPath: string, asked: DataRequest): Json {
  const scope = tx.namespace(componentPath);
  const { table, order, cursor } = asked;
  if (table === undefined) {
    const page = scope.tables().map((name) => ({ name }));
    return { page, isDone: true, continueCursor: '' };
  }
  if (!scope.tables().includes(table) && !table.startsWith('_')) {
    throw new PushError('BadPushRequest', `There is no table "${table}". See: convex data`);
  }
  const request: PageRequest = {
    query: { source: { type: 'FullTableScan', tableName: table, order }, operators: [] },
    cursor,
    pageSize: Math.min(Math.max(asked.numItems, 1), pageRowsMax),
  };
  const { page, isDone, continueCursor } = scope.queryPage(request);
  // Documents are kept as the JSON text that clients get.
  return { page: page.map((text) => JSON.parse(text) as Json), isDone, continueCursor };
}
