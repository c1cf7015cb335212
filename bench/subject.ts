import type { World } from '../tests/support/stack-world';

/** What a subject gets to work with. */
export interface Bench {
  say(line: string): void;
  /** The whole product on free ports and a data folder of its own; started when first asked for. */
  stack(): Promise<World>;
  /** A whole number given as `--name N`, from 1 to `max`. */
  option(name: string, byDefault: number, max: number): number;
}

/** One thing that is measured: prints its figures and returns them for the results file. */
export interface Subject {
  about: string;
  run(bench: Bench): Promise<object>;
}
