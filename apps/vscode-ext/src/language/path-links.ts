import * as vscode from 'vscode';
import type { DatasetRegistry } from '../datasets/dataset-registry.js';
import { pathsOnLine } from '../gallery/list-paths.js';
import { isYaml } from './path-selector.js';
import { PathResolver } from '../gallery/resolve-path.js';

/** Number of lines scanned: a manifest of 100,000 rows must open quickly. */
const mostLines = 20_000;

class PathLink extends vscode.DocumentLink {
  constructor(
    range: vscode.Range,
    readonly path: string,
    readonly document: vscode.Uri,
  ) {
    super(range);
    this.tooltip = vscode.l10n.t('Open as CT');
  }
}

/** Makes paths of images in texts links; each is resolved when it is followed. */
export class PathLinks implements vscode.DocumentLinkProvider<PathLink> {
  readonly #registry: DatasetRegistry;

  constructor(registry: DatasetRegistry) {
    this.#registry = registry;
  }

  provideDocumentLinks(document: vscode.TextDocument): PathLink[] {
    const links: PathLink[] = [];
    for (let line = 0; line < Math.min(document.lineCount, mostLines); line++) {
      for (const { path, start, end } of pathsOnLine(
        document.lineAt(line).text,
        line,
        isYaml(document),
      )) {
        links.push(new PathLink(new vscode.Range(line, start, line, end), path, document.uri));
      }
    }
    return links;
  }

  async resolveDocumentLink(link: PathLink): Promise<PathLink> {
    const uri = await new PathResolver(link.document, this.#registry).resolve(link.path);
    if (uri) {
      const given = encodeURIComponent(JSON.stringify([uri.toJSON() as unknown]));
      link.target = vscode.Uri.parse(`command:groundglass.openLinked?${given}`);
    } else {
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          '{0} was not found next to this file, in a folder above it, or in its dataset.',
          link.path,
        ),
      );
    }
    return link;
  }
}
