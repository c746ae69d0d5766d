import type { OpenApiDocument, Operation, Parameter } from './openapi.js';

/** Renders the OpenAPI description as one page without scripts or external resources. */
export function docsPage(document: OpenApiDocument): string {
  const { info, tags, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const inTag = operations.filter(({ operation }) => operation.tags.includes(name));
    const items = inTag.map(({ path, method, operation }) =>
      operationHtml(method, path, operation),
    );
    return `<section><h2>${escape(name)}</h2><p>${escape(description)}</p>${items.join('')}</section>`;
  });
  const schemas = Object.entries(components.schemas as Record<string, unknown>).map(
    ([name, schema]) =>
      `<details id="${escape(name)}"><summary>${escape(name)}</summary><pre>${escape(JSON.stringify(schema, null, 2))}</pre></details>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(info.title)}</title>
<style>${style}</style>
</head>
<body>
<header><h1>${escape(info.title)} ${escape(info.version)}</h1>
<p>${escape(info.description)}</p>
<p><a href="openapi.json">openapi.json</a></p></header>
<main>${sections.join('')}
<section><h2>Schemas</h2>${schemas.join('')}</section></main>
</body>
</html>
`;
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const answers = Object.entries(responses).map(
    ([status, response]) =>
      `<tr><td>${status}</td><td>${escape(String(response.description))}</td><td>${contentHtml(response.content)}</td></tr>`,
  );
  return `<article>
<h3><code><b>${method.toUpperCase()}</b> ${escape(path)}</code></h3>
<p>${escape(summary)}.${description === undefined ? '' : ` ${escape(description)}`}</p>
${parameters.length > 0 ? `<table><thead><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr></thead><tbody>${parameters.map(parameterHtml).join('')}</tbody></table>` : ''}
${requestBody ? `<p>Body: ${contentHtml(requestBody.content)}</p>` : ''}
<table><thead><tr><th>Status</th><th>Meaning</th><th>Content</th></tr></thead><tbody>${answers.join('')}</tbody></table>
</article>`;
}

function parameterHtml({ name, in: place, required, description, schema }: Parameter): string {
  const fallback = 'default' in schema ? ` (${JSON.stringify(schema.default)})` : '';
  return `<tr><td><code>${escape(name)}</code>${required ? '' : ', optional'}</td><td>${place}</td><td>${escape(description + fallback)}</td></tr>`;
}

function contentHtml(content: unknown): string {
  const types = Object.entries((content ?? {}) as Record<string, { schema?: { $ref?: string } }>);
  return types
    .map(([type, { schema }]) => {
      const name = schema?.$ref?.split('/').at(-1);
      return `<code>${escape(type)}</code>${name === undefined ? '' : ` <a href="#${escape(name)}">${escape(name)}</a>`}`;
    })
    .join('<br>');
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (char) => entities[char]!);
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h3 { margin-bottom: .25rem; }
article { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .5rem 0; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 10%, transparent); }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { overflow: auto; max-height: 30rem; }
`;
