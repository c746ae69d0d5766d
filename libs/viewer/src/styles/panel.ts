/** The side panel and the list of keys. */
export const panelStyles = `
.panel { grid-area: panel; inline-size: 300px; overflow: auto; background: var(--surface); border-inline-start: 1px solid var(--line); scrollbar-width: thin; }
.section { border-block-end: 1px solid var(--line); }
.section summary { padding: 10px 14px; cursor: pointer; list-style-position: inside; color: var(--muted); }
.section summary::marker { font-size: 10px; }
.section summary h2 { display: inline; font-size: 11.5px; font-weight: 700; letter-spacing: 0.06em; text-transform: uppercase; color: var(--text); padding-inline-start: 4px; }
.section-body { display: grid; gap: 12px; padding: 2px 14px 16px; }

.prediction, .result, .running { display: grid; gap: 10px; }
.result { gap: 6px; }
.score-caption { color: var(--muted); font-size: 12px; }
.score { font-size: 38px; line-height: 1.05; font-weight: 650; letter-spacing: -0.02em; }
.result[data-trained='false'] .score { color: var(--muted); }
.verdict { font-weight: 600; }
.meter { position: relative; block-size: 8px; margin-block: 6px 8px; border-radius: 99px; background: var(--control); border: 1px solid var(--control-line); }
.meter-value { position: absolute; inset: 0 auto 0 0; inline-size: calc(var(--gg-value, 0) * 100%); border-radius: 99px; background: var(--accent); }
.result[data-label='covid'] .meter-value { background: rgb(230 159 0); }
.meter-threshold { position: absolute; inset-block: -5px; inset-inline-start: calc(var(--gg-threshold, 0.5) * 100%); inline-size: 2px; margin-inline-start: -1px; background: var(--text); }
.facts-list { display: grid; gap: 5px; font-size: 12px; }
.facts-list div { display: flex; justify-content: space-between; gap: 14px; }
.facts-list dt { color: var(--muted); flex: none; }
.facts-list dd { text-align: end; overflow-wrap: anywhere; }
progress { inline-size: 100%; block-size: 6px; accent-color: var(--accent); }
.failure { color: var(--danger); padding: 8px 10px; border-radius: 8px; border: 1px solid currentColor; }

.warnings { padding: 12px 14px; border-block-end: 1px solid var(--line); }
.warnings ul { display: grid; gap: 8px; }
.warnings li { display: flex; gap: 9px; font-size: 12px; line-height: 1.4; }
.warnings .icon { color: var(--warning); margin-block-start: 1px; }
.warnings [data-code='MODEL_UNTRAINED'] { font-weight: 600; }

.known { font-weight: 600; overflow-wrap: anywhere; }
.known[data-differs='true'] { color: var(--warning); }
.measurements { display: grid; gap: 4px; font-size: 12px; }
.measurements li { display: grid; grid-template-columns: 1fr auto auto; align-items: center; gap: 2px; }
.histogram { inline-size: 100%; block-size: 72px; color: var(--accent); background: var(--control); border-radius: 6px; }
.save-buttons { display: grid; gap: 6px; }
.switch { display: flex; justify-content: space-between; align-items: center; gap: 12px; min-block-size: 24px; cursor: pointer; }
.switch input { appearance: none; margin: 0; flex: none; inline-size: 34px; block-size: 20px; border-radius: 99px; border: 1px solid var(--control-line); background: var(--control); position: relative; cursor: pointer; transition: background 0.12s; }
.switch input::before { content: ''; position: absolute; inset-block-start: 3px; inset-inline-start: 3px; inline-size: 12px; block-size: 12px; border-radius: 50%; background: var(--muted); transition: translate 0.12s; }
.switch input:checked { background: var(--accent); border-color: var(--accent); }
.switch input:checked::before { translate: 14px 0; background: var(--on-accent); }
.segments { display: flex; flex-wrap: wrap; gap: 2px; padding: 2px; border-radius: 8px; background: var(--control); border: 1px solid var(--line); }
.segments button { flex: 1 1 auto; min-block-size: 26px; padding: 2px 8px; font-size: 12px; border: 1px solid transparent; border-radius: 6px; background: none; cursor: pointer; }
.segments button:hover:not(:disabled) { background: color-mix(in srgb, var(--text) 8%, transparent); }
.segments button[aria-pressed='true'] { background: var(--accent); color: var(--on-accent); font-weight: 600; }
.labelled-slider { display: grid; grid-template-columns: 1fr auto; gap: 2px 8px; }
.labelled-slider input { grid-column: 1 / -1; block-size: 22px; }
.slider-value { color: var(--muted); }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; }
.field { display: grid; gap: 3px; }
.field label { font-size: 12px; color: var(--muted); }
.field input, .search { inline-size: 100%; min-block-size: 30px; padding: 3px 8px; border-radius: 7px; border: 1px solid var(--control-line); background: var(--control); }
.search::placeholder { color: var(--muted); opacity: 1; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 14px; font-size: 12px; }
.legend li { display: flex; align-items: center; gap: 6px; }
.swatch { inline-size: 12px; block-size: 12px; border-radius: 3px; border: 1px solid rgb(0 0 0 / 0.35); }
.dice { font-weight: 600; }
.metadata-scroll { max-block-size: 320px; overflow: auto; margin-inline: -14px; padding-inline: 14px; scrollbar-width: thin; }
table { inline-size: 100%; border-collapse: collapse; font-size: 12px; table-layout: fixed; }
thead th { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
tbody th, tbody td { text-align: start; vertical-align: top; padding: 4px 0; border-block-end: 1px solid color-mix(in srgb, var(--line) 60%, transparent); overflow-wrap: anywhere; }
tbody th { font-weight: 400; color: var(--muted); padding-inline-end: 10px; inline-size: 45%; }
.hidden-value { font-style: italic; color: var(--muted); }

.help { inline-size: min(540px, 90%); max-block-size: 86%; padding: 0; border: 1px solid var(--line); border-radius: 12px; background: var(--raised); color: var(--text); box-shadow: 0 18px 60px rgb(0 0 0 / 0.45); }
.help::backdrop { background: rgb(0 0 0 / 0.5); }
.help-body { padding: 16px 20px 20px; }
.help header { display: flex; align-items: center; justify-content: space-between; margin-block-end: 8px; }
.help h2 { font-size: 15px; }
.help h3 { font-size: 13px; margin-block: 14px 6px; }
.help dl { columns: 2; column-gap: 28px; }
.help dl div { display: flex; justify-content: space-between; gap: 12px; padding-block: 4px; break-inside: avoid; font-size: 12.5px; }
.help dl dd { order: -1; color: var(--muted); }
kbd { font: inherit; font-weight: 600; white-space: nowrap; padding: 1px 6px; border-radius: 5px; background: var(--control); border: 1px solid var(--line); }

@container (inline-size < 720px) {
  /* In a row of its own under the slices: over the picture it would hide what the user has opened. */
  .panel { grid-area: 4 / 1 / auto / -1; inline-size: auto; max-block-size: 38vh; border-inline-start: 0; border-block-start: 1px solid var(--line); }
  .facts, .tool-group:nth-child(2) { display: none; }
  .help dl { columns: 1; }
}
`;
