import { TriangleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { appConfig } from '../../../app.config';
import { Notice } from '../../components/notice';

const documentUrl = '/api/openapi.json';

/** Swagger UI looks at this class, and the product's theme at `dark`. */
function followTheme(): () => void {
  const { classList } = document.documentElement;
  const follow = () => {
    const dark = classList.contains('dark');
    if (classList.contains('dark-mode') !== dark) classList.toggle('dark-mode', dark);
  };
  const observer = new MutationObserver(follow);
  observer.observe(document.documentElement, { attributeFilter: ['class'] });
  follow();
  return () => {
    observer.disconnect();
    classList.remove('dark-mode');
  };
}

/** There is this server alone; a choice of one, which Swagger UI leaves without a name, is none. */
const withoutServers = () => ({ wrapComponents: { ServersContainer: () => () => null } });

/** The API reference: Swagger UI from our own origin, loaded by this page alone. */
export function ReferencePage() {
  const holder = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(followTheme, []);
  useEffect(() => {
    let gone = false;
    const show = async () => {
      const { default: swagger } = await import('swagger-ui-dist/swagger-ui-es-bundle.js');
      if (gone || holder.current === null) return;
      swagger({
        domNode: holder.current,
        url: documentUrl,
        deepLinking: false,
        docExpansion: 'list',
        defaultModelsExpandDepth: 0,
        tagsSorter: 'alpha',
        plugins: [withoutServers],
      });
    };
    show().catch(() => setFailed(true));
    return () => {
      gone = true;
    };
  }, []);
  return (
    <main className="mx-auto max-w-6xl px-4 py-8">
      <h1 className="text-2xl font-semibold">{appConfig.name} API</h1>
      <p className="mt-1 text-sm text-muted-foreground">
        As a document:{' '}
        <a className="underline" href={documentUrl}>
          {documentUrl}
        </a>
      </p>
      {failed && (
        <Notice icon={<TriangleAlert />} title="The reference could not be loaded" role="alert">
          <p>Reload the page.</p>
        </Notice>
      )}
      <div ref={holder} />
    </main>
  );
}
