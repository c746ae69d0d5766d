/** Distance between two tiles in CSS pixels; must match the styles below. */
export const tilePitch = 84;

/** Styles of the strip, after the base styles of the viewer. */
export const filmstripStyles = `
:host { display: block; block-size: 96px; min-block-size: 0; background: var(--surface); border-block-start: 1px solid var(--line); }
.strip { position: relative; block-size: 100%; overflow-x: auto; overflow-y: hidden; }
.film { position: relative; block-size: 76px; margin-block-start: 4px; }
.tile { position: absolute; inset-block-start: 0; inline-size: 78px; block-size: 74px; padding: 0; border: 2px solid transparent; border-radius: 6px; background: #000; cursor: pointer; overflow: hidden; }
.tile canvas { inline-size: 100%; block-size: 100%; object-fit: contain; display: block; }
.tile[aria-selected='true'] { border-color: var(--focus); }
.tile .failed { position: absolute; inset: 0; display: grid; place-items: center; color: #ffb4ab; font-size: 20px; }
.tile:focus-visible { outline: 2px solid var(--focus); outline-offset: -4px; }
@media (forced-colors: active) { .tile { border-color: ButtonText; } .tile[aria-selected='true'] { border-color: Highlight; forced-color-adjust: none; } }
`;
