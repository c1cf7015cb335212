import type { SystemRange, SystemReader, SystemWriter } from './contract';
import type { Sink } from './layer';
import type { Layers } from './layers';
import type { Json } from '../values/value';

/** The transaction these rows belong to: it may be over, or not allow writes. */
export interface SystemRowsGuard {
  use(): void;
  useForWriting(): void;
  wrote(): void;
}

export class SystemRows implements SystemReader, SystemWriter {
  constructor(
    private readonly layers: Layers,
    private readonly sink: () => Sink,
    private readonly guard: SystemRowsGuard,
  ) {}

  get(bucket: string, key: string): Json | undefined {
    this.guard.use();
    const json = this.layers.systemRow(bucket, key);
    return json === null ? undefined : (JSON.parse(json) as Json);
  }

  scan(bucket: string, range: SystemRange = {}): { key: string; value: Json }[] {
    this.guard.use();
    return this.layers
      .systemRows(bucket, range)
      .map(({ key, json }) => ({ key, value: JSON.parse(json) as Json }));
  }

  set(bucket: string, key: string, value: Json): void {
    this.guard.useForWriting();
    this.sink().putSystemRow(bucket, key, JSON.stringify(value));
    this.guard.wrote();
  }

  delete(bucket: string, key: string): void {
    this.guard.useForWriting();
    if (this.layers.systemRow(bucket, key) !== null) this.#remove(bucket, key);
  }

  clear(bucket: string, range: SystemRange = {}): number {
    this.guard.useForWriting();
    const rows = this.layers.systemRows(bucket, range);
    for (const { key } of rows) this.#remove(bucket, key);
    return rows.length;
  }

  #remove(bucket: string, key: string): void {
    this.sink().putSystemRow(bucket, key, null);
    this.guard.wrote();
  }
}
