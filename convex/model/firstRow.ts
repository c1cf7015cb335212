/**
 * The first row of a query, null where there is none. Where a query can give one row only, this asks
 * the database half as often as `first()` or `unique()`, which go on to ask for what follows it: a
 * webhook looks up four such rows, and each answer costs it more than the row itself.
 */
export async function firstRow<Row>(query: AsyncIterable<Row>): Promise<Row | null> {
  for await (const row of query) return row;
  return null;
}
