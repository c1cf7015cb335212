import { StoreError, type Usage } from './contract';

/** What Convex Cloud allows one transaction, nested calls included. */
export const transactionLimits: Readonly<Usage> = {
  documentsRead: 32_000,
  bytesRead: 16 * 1024 * 1024,
  rangesRead: 4_096,
  documentsWritten: 16_000,
  bytesWritten: 16 * 1024 * 1024,
};

const wayOut: { readonly [limit in keyof Usage]: string } = {
  documentsRead: 'documents read in one function; read fewer through an index or paginate',
  bytesRead: 'bytes read in one function; read fewer documents or paginate',
  rangesRead: 'index ranges read in one function; read ranges instead of single documents',
  documentsWritten: 'documents written in one function; split the work over several mutations',
  bytesWritten: 'bytes written in one function; split the work over several mutations',
};

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

  #check(limit: keyof Usage): void {
    if (this[limit] <= transactionLimits[limit]) return;
    throw new StoreError(
      'LimitExceeded',
      `Too many ${wayOut[limit]} (limit ${transactionLimits[limit]}).`,
    );
  }
}
