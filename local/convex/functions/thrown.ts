/** What a function threw, described inside its own context: strings only. */
export interface Thrown {
  name: string;
  message: string;
  stack: string;
  /** Convex-JSON text of a `ConvexError`'s data. */
  data?: string;
}
