/**
 * The manifest of the extension for browsers: its `browser` entry in place of `main`, and only the contributions that need no
 * process: the editor of pictures, comparing, and stepping from one picture to the next.
 */

/** Commands that `src/web/extension.ts` registers. */
const commands = [
  'openAsCt',
  'toggleMask',
  'toggleFilmstrip',
  'nextImage',
  'previousImage',
  'compare',
  'compareRevision',
  'compareModels',
].map((name) => `groundglass.${name}`);

/** @param {any} manifest that of the extension for desktops */
export function webManifest({ main, contributes, ...manifest }) {
  const own = (/** @type {{ command: string }} */ { command }) => commands.includes(command);
  // Extension hosts in browsers load only classic scripts.
  delete manifest.type;
  const { customEditors, menus, configuration, keybindings } = contributes;
  return {
    ...manifest,
    // Nothing reads a folder before a picture of it is opened.
    activationEvents: manifest.activationEvents.filter((/** @type {string} */ event) =>
      event.endsWith(':groundglass.comparison'),
    ),
    browser: main.replace('./dist/', './dist/web/'),
    contributes: {
      customEditors: customEditors.filter((/** @type {{ viewType: string }} */ { viewType }) =>
        viewType.startsWith('groundglass.ctPreview'),
      ),
      commands: contributes.commands.filter(own),
      menus: Object.fromEntries(
        Object.entries(menus)
          .map(([place, items]) => [place, items.filter(own)])
          .filter(([, items]) => items.length > 0),
      ),
      keybindings: keybindings.filter(own),
      configuration: configuration.filter(
        (/** @type {{ id: string }} */ { id }) => id === 'groundglass.pictures',
      ),
    },
  };
}
