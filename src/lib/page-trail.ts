export interface Position {
  cursor?: string;
  page?: number;
}

/**
 * The pages of lists that somebody came through: Convex hands out only the position after a page.
 * `list` = which list it is; positions of another one mean nothing in it.
 */
export class PageTrail {
  private readonly before = new Map<string, Position>();

  next(list: string, from: Position, cursor: string): Position {
    this.before.set(`${list}|${cursor}`, from);
    return { cursor, page: (from.page ?? 1) + 1 };
  }

  /** Who came by a link goes back to the first page. */
  back(list: string, from: Position): Position {
    const { cursor } = from;
    return (cursor === undefined ? undefined : this.before.get(`${list}|${cursor}`)) ?? {};
  }
}
