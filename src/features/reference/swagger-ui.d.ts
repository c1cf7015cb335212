/** swagger-ui-dist ships no types; this is all that the reference page uses of it. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  export default function SwaggerUI(options: {
    domNode: HTMLElement;
    url: string;
    deepLinking: boolean;
    docExpansion: 'list' | 'none';
    defaultModelsExpandDepth: number;
    tagsSorter: 'alpha';
    /** Components by name, wrapped; see Swagger UI's plug-in API. */
    plugins: (() => { wrapComponents: Record<string, () => () => null> })[];
  }): unknown;
}
