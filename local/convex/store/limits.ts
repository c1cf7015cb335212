import { StoreError, type Usage } from './contract';

/** What Convex Cloud allows one transaction, nested calls included. */
export const transactionLimits: Readonly<Usage> = {
  documentsRead: 32_000,
  bytesRead: 16 * 1024 * 1024,
  rangesRead: 4_096,
  documentsWritten: 16_000,
  bytesWritten: 16 * 1024 * 1024,
};

/** Convex's words, by which people search. */
const help =
  'Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.';

const call = 'a single function execution';

const words: { readonly [limit in keyof Usage]: (limit: number) => string } = {
  documentsRead: (limit) => `Too many documents read in ${call} (limit: ${limit}). ${help}`,
  bytesRead: (limit) => `Too many bytes read in ${call} (limit: ${limit} bytes). ${help}`,
  rangesRead: (limit) => `Too many reads in ${call} (limit: ${limit}). ${help}`,
  documentsWritten: (limit) => `Too many writes in ${call} (limit: ${limit})`,
  bytesWritten: (limit) => `Too many bytes written in ${call} (limit: ${limit} bytes)`,
};

/** What exceeding a limit is told with. */
export function limitMessage(name: keyof Usage, limit: number): string {
  return words[name](limit);
}

export class UsageMeter implements Usage {
  documentsRead = 0;
  bytesRead = 0;
  rangesRead = 0;
  documentsWritten = 0;
  bytesWritten = 0;

  range(): void {
    this.rangesRead++;
    this.#check('rangesRead');
  }

  read(bytes: number): void {
    this.documentsRead++;
    this.bytesRead += bytes;
    this.#check('documentsRead');
    this.#check('bytesRead');
  }

  wrote(bytes: number): void {
    this.documentsWritten++;
    this.bytesWritten += bytes;
    this.#check('documentsWritten');
    this.#check('bytesWritten');
  }

  /** What is undone was not written; what was read stays read. */
  markWrites(): () => void {
    const { documentsWritten, bytesWritten } = this;
    return () => Object.assign(this, { documentsWritten, bytesWritten });
  }

  #check(limit: keyof Usage): void {
    if (this[limit] <= transactionLimits[limit]) return;
    throw new StoreError('LimitExceeded', limitMessage(limit, transactionLimits[limit]));
  }
}
