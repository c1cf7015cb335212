/** Values as Convex stores them: without undefined, and never to be changed by whoever reads them. */

export type Fields = Record<string, unknown>;
export type StoredDoc = Readonly<Fields & { _id: string; _creationTime: number }>;

const fieldName = /^(?!\$)[\x20-\x7e]+$/;

/** A frozen copy without undefined fields; refuses what Convex does not store. */
export function stored(value: unknown, at = ''): unknown {
  if (Array.isArray(value))
    return Object.freeze(value.map((item, i) => stored(item, `${at}[${i}]`)));
  if (typeof value === 'object' && value !== null) return storedFields(value, at);
  const isPlain =
    value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
  if (!isPlain) throw new TypeError(`${at || 'the value'} is ${typeof value}: Convex refuses it`);
  return value;
}

export function storedFields(value: object, at = ''): Readonly<Fields> {
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    throw new TypeError(`${at || 'the value'} is no plain object: Convex refuses it`);
  }
  const kept: Fields = {};
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    if (!fieldName.test(name)) throw new TypeError(`${at}.${name}: no name of a field`);
    kept[name] = stored(field, `${at}.${name}`);
  }
  return Object.freeze(kept);
}

/** The field that an index names: `clerk.updatedAt` reads inside. */
export function fieldAt(doc: Readonly<Fields>, path: string): unknown {
  let value: unknown = doc;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    // Narrowed to an object; its fields are looked at one by one.
    value = (value as Fields)[name];
  }
  return value;
}
