import { createFileRoute } from '@tanstack/react-router';
import { appConfig } from '../../app.config';
import { ErrorsPage } from '../features/help/errors-page';

export const Route = createFileRoute('/help/errors')({
  head: () => ({ meta: [{ title: `Error codes · ${appConfig.name}` }] }),
  component: ErrorsPage,
});
