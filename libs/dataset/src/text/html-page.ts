/** A self-contained page, light or dark like the reader's system. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .25rem .75rem; text-align: left; border-bottom: 1px solid #8886; font-variant-numeric: tabular-nums; }
article { border-top: 1px solid #8886; padding: .5rem 0; }
.pictures { display: flex; flex-wrap: wrap; gap: .75rem; }
figure { margin: 0; width: 16rem; }
figure img { width: 100%; height: 16rem; object-fit: contain; background: #000; }
figcaption { font-size: .8rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 .75rem; font-size: .85rem; margin: .5rem 0; }
dd { margin: 0; overflow-wrap: anywhere; }
.error { color: #c62828; } .warning { color: #b26a00; } .info { color: #1565c0; }
@media (prefers-color-scheme: dark) { .error { color: #ff8a80; } .warning { color: #ffcc80; } .info { color: #90caf9; } }
.charts { display: flex; flex-wrap: wrap; gap: 2rem; }
.charts svg { max-width: 100%; height: auto; background: #fff; }
</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>Research use only; not a medical device.</p>
${body}
</body>
</html>
`;
}

/** Escapes text for a page or an attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
