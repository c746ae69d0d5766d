/** The gallery on top of the viewer's base styles. */
export const galleryStyles = `
:host { grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr) auto; grid-template-areas: 'toolbar toolbar' 'stage panel' 'footer footer'; }
.toolbar { display: grid; gap: 8px; padding: 8px 12px; }
.toolbar-line { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; min-inline-size: 0; }
.toolbar .title { flex: 0 1 auto; min-inline-size: 0; }
.toolbar .search { inline-size: auto; flex: 1 1 8rem; min-inline-size: 7rem; min-block-size: 30px; padding: 3px 8px; border-radius: 7px; border: 1px solid var(--control-line); background: var(--control); }
.search::placeholder { color: var(--muted); opacity: 1; }
.tools { flex-wrap: wrap; gap: 6px; align-items: center; }
.toolbar .button, .footer .button, .threshold .button { min-block-size: 28px; padding: 2px 10px; font-weight: 500; }
.button.toggle { background: none; border-color: var(--control-line); }
.button.toggle[aria-pressed='true'] { background: color-mix(in srgb, var(--accent) 22%, transparent); border-color: var(--accent); }
.tools progress { inline-size: 8rem; block-size: 8px; accent-color: var(--accent); }
.research-use { font-size: 11.5px; font-weight: 600; padding: 2px 9px; border-radius: 99px; border: 1px solid var(--warning); color: var(--text); white-space: nowrap; }
.choice { display: inline-flex; align-items: center; gap: 5px; }
.choice label { color: var(--muted); font-size: 12px; }
select { font: inherit; color: var(--text); background: var(--control); border: 1px solid var(--control-line); border-radius: 7px; min-block-size: 28px; padding: 2px 4px; }
.segments { display: inline-flex; gap: 2px; padding: 2px; border-radius: 8px; background: var(--control); border: 1px solid var(--line); }
.segments button { min-block-size: 24px; padding: 1px 10px; font-size: 12px; border: 1px solid transparent; border-radius: 6px; background: none; cursor: pointer; }
.segments button[aria-pressed='true'] { background: var(--accent); color: var(--on-accent); font-weight: 600; }
.size.size { inline-size: 80px; }
input[type='range'] { appearance: none; inline-size: 100%; margin: 0; background: none; cursor: pointer; forced-color-adjust: none; --filled: linear-gradient(to right, var(--accent) var(--gg-filled, 0%), var(--control) var(--gg-filled, 0%)); }
input[type='range']::-webkit-slider-runnable-track { box-sizing: border-box; block-size: 7px; border-radius: 99px; border: 1px solid var(--control-line); background: var(--filled); }
input[type='range']::-webkit-slider-thumb { appearance: none; inline-size: 15px; block-size: 15px; margin-block-start: -5px; border-radius: 50%; border: 2px solid var(--surface); background: var(--accent); }
input[type='range']::-moz-range-track { box-sizing: border-box; block-size: 7px; border-radius: 99px; border: 1px solid var(--control-line); background: var(--filled); }
input[type='range']::-moz-range-thumb { box-sizing: border-box; inline-size: 15px; block-size: 15px; border-radius: 50%; border: 2px solid var(--surface); background: var(--accent); }

.stage { grid-area: stage; display: grid; grid-template-rows: auto minmax(0, 1fr); position: relative; min-inline-size: 0; overflow: hidden; grid-template-columns: minmax(0, 1fr); }
.stage[data-layout='table'] :is(.rows-body, .table-head) { min-inline-size: 62rem; }
.rows { grid-row: 2; overflow: auto; position: relative; outline-offset: -2px; contain: strict; }
.rows-body { position: relative; overflow: hidden; contain: layout; }
.empty { grid-row: 2; position: absolute; inset: 40% 0 auto; text-align: center; color: var(--muted); pointer-events: none; }
.heading { position: absolute; inset-inline: 0; block-size: 30px; padding: 5px 12px; font-weight: 600; background: var(--surface); border-block-end: 1px solid var(--line); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.heading.sticky { grid-row: 2; inset-block-start: 0; inset-inline-end: 14px; z-index: 2; }
.stage[data-layout='table'] .heading.sticky { inset-block-start: 29px; }
.tile { position: absolute; inline-size: var(--gg-tile); border: 2px solid transparent; border-radius: 6px; cursor: pointer; contain: layout style; }
.tile .picture { inline-size: calc(var(--gg-tile) - 4px); block-size: calc(var(--gg-tile) - 4px); background: #000; border-radius: 4px; display: grid; place-items: center; overflow: hidden; }
.tile canvas { max-inline-size: 100%; max-block-size: 100%; inline-size: 100%; block-size: 100%; object-fit: contain; }
.tile[data-painted='true'] canvas { background: none; }
.tile[data-broken='true'] .picture::after { content: '?'; color: #fff; font-size: 24px; position: absolute; }
.tile[data-wrong='true'] .picture { box-shadow: inset 0 0 0 2px var(--danger); }
.badges { position: absolute; inset-block-start: 5px; inset-inline: 5px; display: flex; flex-direction: column; align-items: flex-end; gap: 3px; }
.badge { font-size: 11px; font-weight: 700; padding: 0 6px; border-radius: 99px; background: rgb(0 0 0 / 0.78); color: #fff; border: 1px solid #fff; max-inline-size: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.badge.wrong { background: #a1260d; }
.caption { block-size: 50px; padding: 1px 3px; font-size: 11.5px; line-height: 16px; }
.caption div { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.caption .tile-verdict { color: var(--muted); white-space: normal; overflow-wrap: anywhere; max-block-size: 32px; }
.tile[aria-selected='true'] { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 18%, transparent); }
.tile[aria-selected='true'] .caption .tile-verdict, .line[aria-selected='true'] { color: var(--text); }
.rows:focus-visible { outline: 2px solid var(--focus); }
.tile[data-focused], .line[data-focused] { outline: 2px dashed var(--focus); outline-offset: -2px; }

.table-head, .line { display: grid; grid-template-columns: minmax(10rem, 3fr) minmax(5rem, 1fr) minmax(6rem, 1.2fr) repeat(4, minmax(4.5rem, 0.8fr)) minmax(3.5rem, 0.6fr) minmax(6rem, 1.2fr) minmax(6rem, 1.4fr); align-items: center; column-gap: 8px; padding-inline: 12px; }
.table-head { grid-row: 1; block-size: 29px; line-height: 1.1; background: var(--surface); border-block-end: 1px solid var(--line); font-size: 12px; font-weight: 600; }
.table-head button { all: unset; cursor: pointer; text-decoration: underline dotted; text-underline-offset: 3px; }
.table-head button:focus-visible { outline: 2px solid var(--focus); }
.line { position: absolute; inset-inline: 0; block-size: 28px; cursor: pointer; border-block-end: 1px solid color-mix(in srgb, var(--line) 50%, transparent); }
.line > div { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.line:hover, .tile:hover { background: color-mix(in srgb, var(--text) 6%, transparent); }
.line[data-wrong='true'] > :nth-child(3) { font-weight: 700; }
.line[data-withheld='true'] > :nth-child(4) { font-style: italic; color: var(--muted); }
.line[aria-selected='true'] { background: color-mix(in srgb, var(--accent) 22%, transparent); }

.panel { grid-area: panel; inline-size: 300px; overflow: auto; background: var(--surface); border-inline-start: 1px solid var(--line); padding: 12px 14px; scrollbar-width: thin; }
.block { display: grid; gap: 6px; margin-block-end: 14px; }
.block:empty { display: none; }
.panel h2 { font-size: 11.5px; font-weight: 700; letter-spacing: 0.06em; text-transform: uppercase; }
.panel .note { font-size: 12px; }
.caution { font-size: 12px; padding: 6px 9px; border-inline-start: 3px solid var(--warning); background: var(--control); }
.facts-list { display: grid; gap: 5px; font-size: 12.5px; }
.facts-list > div { display: flex; justify-content: space-between; gap: 12px; }
.facts-list dt { color: var(--muted); }
.facts-list dd { text-align: end; display: grid; flex: none; max-inline-size: 75%; }
.fact-value { font-weight: 650; white-space: nowrap; }
.fact-detail { font-size: 11px; color: var(--muted); }
.labelled-slider { display: grid; grid-template-columns: 1fr auto; gap: 2px 8px; }
.labelled-slider input { grid-column: 1 / -1; block-size: 22px; }
.matrix { border-collapse: collapse; font-size: 12px; inline-size: 100%; table-layout: fixed; }
.matrix th { font-weight: 500; color: var(--muted); padding: 3px 4px; overflow-wrap: anywhere; text-align: center; }
.matrix tbody th { text-align: start; }
.matrix td { padding: 1px; }
.cell { inline-size: 100%; min-block-size: 34px; border: 1px solid var(--control-line); border-radius: 5px; background: var(--control); cursor: pointer; font-weight: 650; }
.cell.right { border-block-end: 3px solid var(--accent); }
.cell.wrong { border-block-end: 3px solid var(--danger); }
.cell[aria-pressed='true'] { outline: 2px solid var(--focus); outline-offset: 1px; background: color-mix(in srgb, var(--accent) 26%, transparent); }
.cell:disabled { cursor: default; opacity: 0.65; font-weight: 400; }
.panel svg { display: block; max-inline-size: 100%; block-size: auto; color: var(--text); font: 11px var(--font); overflow: visible; }
.panel svg text { white-space: pre; fill: currentColor; }
fieldset { border: 0; margin: 0 0 10px; padding: 0; display: grid; gap: 3px; }
legend { font-size: 12px; color: var(--muted); padding: 0; margin-block-end: 3px; }
.facet-value { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 7px; align-items: center; min-block-size: 22px; }
.facet-value label { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; cursor: pointer; }
.facet-value .count { color: var(--muted); font-size: 12px; }
.check { display: flex; gap: 7px; align-items: center; }
input[type='checkbox'] { accent-color: var(--accent); margin: 0; inline-size: 15px; block-size: 15px; }

.footer { grid-area: footer; background: var(--surface); border-block-start: 1px solid var(--line); padding: 5px 12px; font-size: 12px; }
.notes { max-block-size: 5.5em; overflow: auto; margin-block-end: 4px; }
.notes li { padding-inline-start: 8px; border-inline-start: 3px solid var(--warning); margin-block: 2px; }
.footer-line { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 14px; min-block-size: 30px; }
.of-selection { display: inline-flex; flex-wrap: wrap; gap: 6px; align-items: center; }
.hint { margin-inline-start: auto; }

@container (inline-size < 760px) {
  :host { grid-template-areas: 'toolbar toolbar' 'stage stage' 'panel panel' 'footer footer'; grid-template-rows: auto minmax(0, 1fr) auto auto; }
  .hint { display: none; }
}
@container (inline-size < 640px) { .panel { inline-size: 220px; } }
@media (forced-colors: active) {
  .button.primary { background: ButtonFace; color: ButtonText; }
  .tile[aria-selected='true'], .line[aria-selected='true'] { outline: 3px solid Highlight; forced-color-adjust: none; color: Highlight; }
  .cell[aria-pressed='true'] { background: Highlight; color: HighlightText; forced-color-adjust: none; }
  .cell.wrong { border-block-end-width: 4px; }
  .tile[data-wrong='true'] .picture { outline: 2px solid LinkText; }
}
`;
