/** Layout of the comparison, after the base styles of the viewer. */
export const comparisonStyles = `
:host { grid-template: auto minmax(0, 1fr) / minmax(0, 1fr); grid-template-areas: none; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 10px; padding: 6px 14px; background: var(--surface); border-block-end: 1px solid var(--line); }
.link[aria-pressed='true'] { background: color-mix(in srgb, var(--accent) 22%, transparent); border-color: color-mix(in srgb, var(--accent) 60%, transparent); }
.sides { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); min-block-size: 0; gap: 1px; background: var(--line); }
.side { display: grid; grid-template-rows: auto minmax(0, 1fr); min-inline-size: 0; min-block-size: 0; background: var(--bg); }
.caption { padding: 4px 14px; font-size: 13px; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; background: var(--surface); }
.caption .note { font-weight: 400; }
groundglass-viewer { min-block-size: 0; }
@media (forced-colors: active) {
  .link[aria-pressed='true'] { background: Highlight; color: HighlightText; forced-color-adjust: none; }
}
`;
