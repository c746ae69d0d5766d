/**
 * Colours and shape. Each colour is a custom property of the host (`--gg-…`), else VS Code's (`--vscode-…`), else a default for light
 * and dark. The stage is black in every theme, as on a reading workstation.
 */
export const baseStyles = `
:host {
  --bg: var(--gg-background, var(--vscode-editor-background, light-dark(#f6f7f9, #101318)));
  --surface: var(--gg-surface, var(--vscode-sideBar-background, light-dark(#ffffff, #171b22)));
  --raised: var(--gg-raised, var(--vscode-editorWidget-background, light-dark(#ffffff, #1d222b)));
  --text: var(--gg-text, var(--vscode-foreground, light-dark(#1c2430, #e4e8ee)));
  --muted: var(--gg-muted, var(--vscode-descriptionForeground, light-dark(#566172, #9aa6b5)));
  --line: var(--gg-line, var(--vscode-contrastBorder, var(--vscode-panel-border, light-dark(#dde2e9, #2a313c))));
  --control: var(--gg-control, var(--vscode-input-background, light-dark(#eef1f5, #232a34)));
  --control-line: var(--gg-control-line, var(--vscode-contrastBorder, var(--vscode-input-border, light-dark(#8792a2, #5b6779))));
  --accent: var(--gg-accent, var(--vscode-button-background, light-dark(#0b6e7f, #4cc2d6)));
  --on-accent: var(--gg-on-accent, var(--vscode-button-foreground, light-dark(#ffffff, #06262c)));
  --focus: var(--gg-focus, var(--vscode-focusBorder, light-dark(#0b6e7f, #4cc2d6)));
  --danger: var(--gg-danger, var(--vscode-errorForeground, light-dark(#b3261e, #ff8a80)));
  --warning: var(--gg-warning, var(--vscode-editorWarning-foreground, light-dark(#8a5300, #f0b429)));
  --font: var(--gg-font, var(--vscode-font-family, system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif));
  color-scheme: inherit;
  display: grid;
  grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr) auto auto;
  grid-template-areas: 'toolbar toolbar toolbar' 'stage planes panel' 'slices slices panel';
  container-type: inline-size;
  position: relative;
  overflow: hidden;
  block-size: 100%;
  min-block-size: 16rem;
  background: var(--bg);
  color: var(--text);
  font: 13px/1.45 var(--font);
  font-variant-numeric: tabular-nums;
}
:host([hidden]), [hidden] { display: none !important; }
*, *::before, *::after { box-sizing: border-box; }
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
ul { list-style: none; }
button, input { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
.icon { inline-size: 16px; block-size: 16px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.4; stroke-linecap: round; stroke-linejoin: round; }
.note { color: var(--muted); }

.toolbar { grid-area: toolbar; display: flex; align-items: center; gap: 12px; padding: 6px 10px 6px 14px; background: var(--surface); border-block-end: 1px solid var(--line); min-block-size: 44px; }
.title { font-size: 14px; font-weight: 600; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.facts { color: var(--muted); font-size: 12px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; flex: 1 1000 0; min-inline-size: 0; }
.time-point { flex: none; min-block-size: 28px; padding: 2px 6px; border-radius: 7px; border: 1px solid var(--control-line); background: var(--control); color: var(--text); font: inherit; }
.tools { display: flex; gap: 10px; margin-inline-start: auto; }
.tool-group { display: flex; gap: 2px; padding-inline-start: 10px; border-inline-start: 1px solid var(--line); }
.tool-group:first-child { border: 0; padding: 0; }
.icon-button { display: inline-grid; place-items: center; inline-size: 30px; block-size: 30px; padding: 0; border: 1px solid transparent; border-radius: 7px; background: none; cursor: pointer; color: var(--text); }
.icon-button:hover { background: var(--control); }
.icon-button[aria-pressed='true'] { background: color-mix(in srgb, var(--accent) 22%, transparent); border-color: color-mix(in srgb, var(--accent) 60%, transparent); }

.button { display: inline-flex; align-items: center; justify-content: center; gap: 7px; min-block-size: 32px; padding: 4px 14px; border: 1px solid transparent; border-radius: 8px; font-weight: 600; cursor: pointer; }
.button.primary { background: var(--accent); color: var(--on-accent); border-color: var(--vscode-contrastBorder, transparent); }
.button.primary:hover { filter: brightness(1.08); }
.button.secondary, .button.quiet { background: var(--control); color: var(--text); border-color: var(--line); }
button:disabled, input:disabled { opacity: 0.5; cursor: default; }

@media (forced-colors: active) {
  .icon-button, .button { border-color: ButtonText; }
  .icon-button[aria-pressed='true'], .segments button[aria-pressed='true'] { background: Highlight; color: HighlightText; forced-color-adjust: none; }
  .switch input:checked { background: Highlight; forced-color-adjust: none; }
  .switch input:checked::before { background: HighlightText; }
  .switch input::before { background: ButtonText; forced-color-adjust: none; }
  .swatch, .meter-value, .meter-threshold { forced-color-adjust: none; }
}
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation-duration: 3s !important; transition: none !important; }
}
`;
