import type { UseQueryResult } from '@tanstack/react-query';
import { SearchXIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Position } from '../lib/page-trail';
import type { PageData } from '../lib/paged-list';
import { LoadError } from './load-error';
import { LoadingList } from './loading-list';
import { Notice } from './notice';
import { Pager } from './pager';
import { Button } from './ui/button';

interface LogPanelProps<Row> {
  query: UseQueryResult<PageData<Row>>;
  position: Position;
  /** Without the position: tells one list from another. */
  list: object;
  filtered: boolean;
  words: LogWords;
  onMove: (position: Position) => void;
  onShowAll: () => void;
  /** In place of a log that has nothing at all. */
  empty: ReactNode;
  /** `stale`: the rows of the page before, while those asked for are on their way. */
  children: (rows: Row[], stale: boolean) => ReactNode;
}

interface LogWords {
  /** What failed to load. */
  what: string;
  loading: string;
  /** What it is made of. */
  many: string;
  nothing: string;
  showAll: string;
}

/** A long log, newest first, page by page: on its way, failed, empty, nothing that fits, or rows. */
export function LogPanel<Row>(props: LogPanelProps<Row>) {
  const { query, position, list, filtered, words, onMove } = props;
  const { data, error, isPlaceholderData } = query;
  const next = data && !data.isDone && !isPlaceholderData ? data.continueCursor : undefined;
  const content = () => {
    if (error) {
      const retry = () => (position.cursor ? onMove({}) : window.location.reload());
      return <LoadError what={words.what} error={error} onRetry={retry} />;
    }
    if (!data) return <LoadingList label={words.loading} />;
    if (data.page.length > 0) return props.children(data.page, isPlaceholderData);
    if (next !== undefined) {
      // A page looks at so many rows; filters may fit none of them.
      const further = { cursor: next, page: (position.page ?? 1) + 1 };
      return (
        <Notice
          icon={<SearchXIcon aria-hidden />}
          title={`Nothing among the ${words.many} looked at so far`}
        >
          <p>Older {words.many} are left; these filters fit few of them.</p>
          <Button onClick={() => onMove(further)}>Look further back</Button>
        </Notice>
      );
    }
    if (!filtered && !position.cursor) return props.empty;
    return (
      <Notice icon={<SearchXIcon aria-hidden />} title={words.nothing}>
        <Button variant="outline" onClick={props.onShowAll}>
          {words.showAll}
        </Button>
      </Notice>
    );
  };
  return (
    <>
      <div className="mb-4 overflow-hidden rounded-xl border bg-card shadow-xs">{content()}</div>
      {((data?.page.length ?? 0) > 0 || position.cursor) && (
        <Pager
          position={position}
          nextCursor={next}
          listKey={JSON.stringify(list)}
          onMove={onMove}
          summary=" · newest first"
        />
      )}
    </>
  );
}
