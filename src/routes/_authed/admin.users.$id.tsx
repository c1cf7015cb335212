import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../../app.config';
import { loadPerson } from '../../features/users/person-queries';
import { PersonPage } from '../../features/users/person-page';

export const Route = createFileRoute('/_authed/admin/users/$id')({
  loader: ({ context, params }) => loadPerson(context.queryClient, params.id),
  head: () => ({ meta: [{ title: `User · ${appConfig.name}` }] }),
  component: PersonRoute,
});

function PersonRoute() {
  const { id } = Route.useParams();
  return <PersonPage key={id} id={id} />;
}
