import { diedError, type Child } from './child';
import { Restarts } from './restarts';
import { StackError } from './stack-error';

/** Short-lived children (build, push) report through their own exit code instead. */
const lasting = new Set(['clerk', 'convex', 'web']);

/** Keeps the list of children; tells when a lasting one ends before `stop`. */
export class Children {
  private readonly all: Child[] = [];
  private stopping: Promise<void> | undefined;
  private tell: (error: StackError) => void = () => undefined;
  readonly failed = new Promise<StackError>((resolve) => {
    this.tell = resolve;
  });
  private readonly logDir: string;
  private readonly restarts = new Restarts();
  private restart: ((name: string) => Promise<void>) | undefined;

  constructor(logDir: string) {
    this.logDir = logDir;
  }

  add(child: Child): void {
    this.all.push(child);
    if (!lasting.has(child.name)) return;
    void child.exited.then((exit) => {
      if (this.stopping !== undefined) return;
      if (this.restart && this.restarts.isDue(child, exit)) {
        this.restart(child.name).catch((error: unknown) =>
          this.tell(
            error instanceof StackError ? error : new StackError(String(error), 'Start again.'),
          ),
        );
        return;
      }
      this.tell(diedError(child, exit, this.logDir));
    });
  }

  /** How a part that ended itself on purpose is started again. */
  onRestart(restart: (name: string) => Promise<void>): void {
    this.restart = restart;
  }

  /** The web app first, so that nothing asks parts that are gone. */
  stop(): Promise<void> {
    this.stopping ??= (async () => {
      const web = this.all.filter(({ name }) => name === 'web');
      await Promise.all(web.map((child) => child.stop()));
      await Promise.all(this.all.map((child) => child.stop()));
    })();
    return this.stopping;
  }
}
