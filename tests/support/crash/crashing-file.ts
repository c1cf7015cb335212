import { DatabaseFile, type Role, type Statement } from '../../../local/convex/store/database-file';

/** So that the log is copied into the file all the time, and a crash often falls into that. */
const checkpointPages = 8;

/**
 * The store's file, in a process that ends without notice at one of its steps: before or after any
 * statement, `COMMIT` and the copying of the log included.
 */
export class CrashingFile extends DatabaseFile {
  #steps = 0;
  readonly #wrapped = new Map<string, Statement>();

  /** @param crashAt the step to end at, counted from 1 over all files of this process. */
  constructor(
    folder: string,
    private readonly crashAt: number,
    role: Role = 'alone',
  ) {
    super(folder, role);
    super.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
  }

  override exec(sql: string): void {
    this.#step();
    super.exec(sql);
    this.#step();
  }

  override statement(sql: string): Statement {
    const known = this.#wrapped.get(sql);
    if (known) return known;
    const inner = super.statement(sql);
    const around = <T>(work: () => T): T => {
      this.#step();
      const value = work();
      this.#step();
      return value;
    };
    const statement: Statement = {
      run: (...parameters) => around(() => inner.run(...parameters)),
      get: (...parameters) => around(() => inner.get(...parameters)),
      all: (...parameters) => around(() => inner.all(...parameters)),
    };
    this.#wrapped.set(sql, statement);
    return statement;
  }

  #step(): void {
    this.#steps += 1;
    if (this.#steps === this.crashAt) process.kill(process.pid, 'SIGKILL');
  }
}
