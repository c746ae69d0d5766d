/** The picture, what lies over it, and the slices under it. */
export const stageStyles = `
.stage { grid-area: stage; position: relative; background: #000; color: #e8ecf1; overflow: hidden; }
.surface { position: absolute; inset: 0; cursor: grab; touch-action: none; }
.surface:active { cursor: grabbing; }
.surface[data-tool='window'] { cursor: ns-resize; }
.surface:focus-visible { outline: 2px solid var(--focus); outline-offset: -2px; }
.surface canvas { display: block; inline-size: 100%; block-size: 100%; }
.letter, .reading, .research-use { position: absolute; pointer-events: none; text-shadow: 0 0 3px #000, 0 1px 2px #000; }
.letter { font-weight: 700; font-size: 14px; color: #f5d47a; }
.letter-left { left: 12px; top: 50%; translate: 0 -50%; }
.letter-right { right: 12px; top: 50%; translate: 0 -50%; }
.letter-top { top: 10px; left: 50%; translate: -50% 0; }
.letter-bottom { bottom: 10px; left: 50%; translate: -50% 0; }
.reading { font-size: 12px; line-height: 1.5; white-space: pre; color: #d5dbe3; }
.reading-view { inset-block-start: 10px; inset-inline-start: 14px; display: grid; }
.reading-probe { inset-block-end: 10px; inset-inline-start: 14px; }
.research-use { inset-block-start: 10px; inset-inline-end: 12px; display: flex; align-items: center; gap: 6px; padding: 3px 9px 3px 7px; font-size: 11.5px; font-weight: 600; border-radius: 99px; color: #ffd98a; background: rgb(20 16 6 / 0.78); border: 1px solid rgb(255 217 138 / 0.35); text-shadow: none; }
.research-use .icon { inline-size: 13px; block-size: 13px; }
.loading { position: absolute; inset-block-start: 50%; inset-inline-start: 50%; translate: -50% -50%; display: flex; gap: 10px; align-items: center; padding: 8px 16px; border-radius: 99px; background: rgb(12 15 19 / 0.85); border: 1px solid rgb(255 255 255 / 0.16); pointer-events: none; animation: appear 0.2s 0.15s both; }
.spinner { inline-size: 14px; block-size: 14px; border-radius: 50%; border: 2px solid rgb(255 255 255 / 0.25); border-block-start-color: #fff; animation: turn 0.8s linear infinite; }
@keyframes turn { to { rotate: 360deg; } }
@keyframes appear { from { opacity: 0; } }

.slice-bar { grid-area: slices; display: flex; align-items: end; gap: 8px; padding: 8px 12px; background: var(--surface); border-block-start: 1px solid var(--line); }
.track { position: relative; flex: 1; display: grid; gap: 4px; min-inline-size: 0; }
.strip { color: var(--accent); caret-color: var(--text); inline-size: 100%; block-size: 38px; cursor: pointer; border-radius: 4px; background: color-mix(in srgb, var(--control) 60%, transparent); touch-action: none; }
.slice-reading { min-inline-size: 5.5em; text-align: end; line-height: 30px; color: var(--muted); white-space: nowrap; }
.track input { margin: 0; block-size: 30px; inline-size: 100%; }
input[type='range'] { accent-color: var(--accent); inline-size: 100%; margin: 0; }

.error { grid-area: stage; position: relative; display: grid; place-items: center; padding: 24px; background: var(--bg); overflow: auto; z-index: 2; }
.error-card { max-inline-size: 30rem; display: grid; gap: 10px; justify-items: center; text-align: center; }
.error-card > .icon { inline-size: 36px; block-size: 36px; color: var(--danger); }
.error-card h2 { font-size: 17px; }
.error-message { color: var(--text); }
.error-advice { color: var(--muted); }
.error-card code { font-size: 12px; color: var(--muted); }
`;
