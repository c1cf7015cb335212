/** Vitest 5 prints failures through `Map.groupBy`, which Node 20 does not have yet. */
function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
if (!('groupBy' in Map)) Object.defineProperty(Map, 'groupBy', { value: groupBy });

export {};
