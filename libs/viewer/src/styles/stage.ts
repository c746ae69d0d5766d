import { overlayColours } from '@groundglass/core/browser';

/** The picture, its overlays, and the slices under it. */
export const stageStyles = `
.stage { grid-area: stage; container: stage / inline-size; position: relative; background: #000; color: #e8ecf1; overflow: hidden; }
.surface { position: absolute; inset: 0; cursor: grab; touch-action: none; }
.surface:active { cursor: grabbing; }
.surface[data-tool='window'] { cursor: ns-resize; }
.surface:focus-visible { outline: 2px solid var(--focus); outline-offset: -2px; }
.surface canvas { display: block; inline-size: 100%; block-size: 100%; }
.layer { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; pointer-events: none; overflow: hidden; }
.measure { stroke: #ffd166; stroke-width: 1.6; fill: none; }
.measure-edge { stroke: rgb(0 0 0 / 0.65); stroke-width: 4; fill: none; }
.measure-text { fill: #ffe3a3; font-size: 12px; font-weight: 600; paint-order: stroke; stroke: rgb(0 0 0 / 0.8); stroke-width: 3px; }
.cross { stroke: #4cc2d6; stroke-width: 1; opacity: 0.85; }
.surface[data-tool='ruler'], .surface[data-tool='roi'], .plane-surface { cursor: crosshair; }
.planes { grid-area: planes; display: grid; grid-template-rows: 1fr 1fr; gap: 1px; inline-size: clamp(160px, 32cqi, 560px); background: var(--line); border-inline-start: 1px solid var(--line); }
.plane { position: relative; container: stage / inline-size; background: #000; color: #e8ecf1; overflow: hidden; min-block-size: 0; }
.plane-surface { position: absolute; inset: 0; touch-action: none; }
.plane-surface:focus-visible { outline: 2px solid var(--focus); outline-offset: -2px; }
.plane-surface canvas { display: block; inline-size: 100%; block-size: 100%; }
.plane-title { position: absolute; inset-block-start: 6px; inset-inline-start: 10px; }
.plane-note { position: absolute; inset-block-end: 6px; inset-inline: 10px; }
.plane .letter-top { top: 6px; }
.letter, .reading { pointer-events: none; text-shadow: 0 0 3px #000, 0 1px 2px #000; }
.letter { font-weight: 700; font-size: 14px; color: #f5d47a; }
.letter-left, .letter-right, .letter-top { position: absolute; }
.letter-left { left: 12px; top: 50%; translate: 0 -50%; }
.letter-right { right: 12px; top: 50%; translate: 0 -50%; }
.letter-top { top: 10px; left: 50%; translate: -50% 0; }
.letter-bottom { align-self: center; }
.reading { font-size: 12px; line-height: 1.5; white-space: pre-wrap; color: #d5dbe3; }
.stage-top, .stage-bottom { position: absolute; inset-inline: 14px 12px; display: flex; pointer-events: none; }
.stage-top { inset-block-start: 10px; flex-wrap: wrap; justify-content: space-between; align-items: start; gap: 4px 12px; }
.stage-bottom { inset-block-end: 8px; flex-direction: column; gap: 2px; }
.reading-view { display: grid; }
.research-use { display: flex; align-items: center; gap: 6px; padding: 3px 9px 3px 7px; font-size: 11.5px; font-weight: 600; border-radius: 99px; color: #ffd98a; background: rgb(20 16 6 / 0.78); border: 1px solid rgb(255 217 138 / 0.35); text-shadow: none; }
.research-use .icon { inline-size: 13px; block-size: 13px; }
.loading { position: absolute; inset-block-start: 50%; inset-inline-start: 50%; translate: -50% -50%; display: flex; gap: 10px; align-items: center; padding: 8px 16px; border-radius: 99px; background: rgb(12 15 19 / 0.85); border: 1px solid rgb(255 255 255 / 0.16); pointer-events: none; animation: appear 0.2s 0.15s both; }
.spinner { inline-size: 14px; block-size: 14px; border-radius: 50%; border: 2px solid rgb(255 255 255 / 0.25); border-block-start-color: #fff; animation: turn 0.8s linear infinite; }
@container stage (inline-size < 540px) { .letter-top { top: 52px; } }
@container stage (inline-size < 380px) { .letter-top { top: 78px; } }
@keyframes turn { to { rotate: 360deg; } }
@keyframes appear { from { opacity: 0; } }

.slice-bar { grid-area: slices; display: flex; flex-wrap: wrap; align-items: end; gap: 4px 8px; padding: 8px 12px; background: var(--surface); border-block-start: 1px solid var(--line); }
.track { position: relative; flex: 1; display: grid; gap: 4px; min-inline-size: 0; }
.strip { color: var(--accent); caret-color: var(--text); outline-color: var(--surface); inline-size: 100%; block-size: 38px; cursor: pointer; border-radius: 4px; background: color-mix(in srgb, var(--control) 60%, transparent); touch-action: none; }
.strip-legend { flex: 1 0 100%; display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 0; padding-block: 0; padding-inline: 38px 0; list-style: none; font-size: 11px; color: var(--muted); }
.strip-legend li { display: flex; align-items: center; gap: 6px; }
.strip-bars { inline-size: 10px; block-size: 10px; background: var(--accent); }
.strip-line { inline-size: 14px; block-size: 2px; background: rgb(${overlayColours.lesion.join(' ')}); }
.slice-reading { min-inline-size: 5.5em; text-align: end; line-height: 30px; color: var(--muted); white-space: nowrap; }
.track input { margin: 0; block-size: 30px; inline-size: 100%; }
/* Our own track: with a dark accent Chromium draws a white track on a dark page. */
input[type='range'] { appearance: none; inline-size: 100%; margin: 0; background: none; cursor: pointer; forced-color-adjust: none; --filled: linear-gradient(to right, var(--accent) var(--gg-filled, 0%), var(--control) var(--gg-filled, 0%)); }
input[type='range']::-webkit-slider-runnable-track { box-sizing: border-box; block-size: 7px; border-radius: 99px; border: 1px solid var(--control-line); background: var(--filled); }
input[type='range']::-moz-range-track { box-sizing: border-box; block-size: 7px; border-radius: 99px; border: 1px solid var(--control-line); background: var(--filled); }
input[type='range']::-webkit-slider-thumb { appearance: none; inline-size: 15px; block-size: 15px; margin-block-start: -5px; border-radius: 50%; border: 2px solid var(--surface); background: var(--accent); }
input[type='range']::-moz-range-thumb { box-sizing: border-box; inline-size: 15px; block-size: 15px; border-radius: 50%; border: 2px solid var(--surface); background: var(--accent); }

.error { grid-area: stage; position: relative; display: grid; place-items: center; padding: 24px; background: var(--bg); overflow: auto; z-index: 2; }
.error-card { max-inline-size: 30rem; display: grid; gap: 10px; justify-items: center; text-align: center; }
.error-card > .icon { inline-size: 36px; block-size: 36px; color: var(--danger); }
.error-card h2 { font-size: 17px; }
.error-message { color: var(--text); }
.error-advice { color: var(--muted); }
.error-card code { font-size: 12px; color: var(--muted); }
`;
