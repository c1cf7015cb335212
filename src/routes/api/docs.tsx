import { createFileRoute } from '@tanstack/react-router';
import swaggerStyles from 'swagger-ui-dist/swagger-ui.css?url';
import { appConfig } from '../../../app.config';
import { ReferencePage } from '../../features/reference/reference-page';

export const Route = createFileRoute('/api/docs')({
  head: () => ({
    meta: [{ title: `API · ${appConfig.name}` }],
    links: [{ rel: 'stylesheet', href: swaggerStyles }],
  }),
  component: ReferencePage,
});
