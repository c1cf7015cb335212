import { convexQuery } from '@convex-dev/react-query';
import { useQuery, type QueryClient } from '@tanstack/react-query';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../convex/_generated/api';
import type { Actor } from '../shared/permissions';

export type Viewer = NonNullable<FunctionReturnType<typeof api.users.current>>;

/** The live query of the viewer's own row. */
export const viewerQuery = convexQuery(api.users.current, {});

/** The viewer's row as loaded last, for guards. */
export function loadedViewer(queryClient: QueryClient): Viewer | null | undefined {
  return queryClient.getQueryData(viewerQuery.queryKey);
}

/** The viewer as `shared/permissions` looks at them. */
export function actorOf(viewer: Viewer): Actor {
  return { id: viewer.externalId, role: viewer.role, isActive: viewer.isActive };
}

/**
 * The viewer's row, live. Only below the signed-in layout, which renders nothing without it.
 */
export function useViewer(): Viewer {
  const { data } = useQuery(viewerQuery);
  if (!data) throw new Error('useViewer is for pages below the signed-in layout');
  return data;
}
