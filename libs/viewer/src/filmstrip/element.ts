import { drawThumbnail } from '../gallery/draw-thumbnail.js';
import type { Thumbnail } from '../gallery/gallery-model.js';
import { ThumbnailCache } from '../gallery/thumbnail-cache.js';
import { defaultStrings, fillIn, type ViewerStrings } from '../strings.js';
import { baseStyles } from '../styles/base.js';
import { make, setText } from '../ui/dom.js';
import { filmstripStyles, tilePitch } from './filmstrip-styles.js';
import { visibleTiles } from './visible-tiles.js';

/** A picture of the strip. */
export interface FilmstripPicture extends Thumbnail {
  readonly name: string;
}

/**
 * `<groundglass-filmstrip>`: the pictures around the open one, in order; the arrow keys, Home and End move along it, Enter
 * opens: the event `pick` has the picture's index. Creates and requests only visible tiles.
 */
export class GroundglassFilmstrip extends HTMLElement {
  #strings: ViewerStrings = defaultStrings;
  #count = 0;
  #current = 0;
  #focused = 0;
  #pictures: ThumbnailCache<FilmstripPicture> | undefined;
  readonly #film = make('div', { class: 'film', attributes: { role: 'presentation' } });
  readonly #strip = make(
    'div',
    {
      class: 'strip',
      attributes: { role: 'listbox', 'aria-orientation': 'horizontal' },
      on: {
        scroll: () => {
          this.#draw();
        },
        keydown: (event) => {
          if (this.#onKey(event.key)) event.preventDefault();
        },
      },
    },
    this.#film,
  );
  readonly #tiles = new Map<number, Tile>();

  set strings(strings: ViewerStrings) {
    this.#strings = strings;
    this.#strip.setAttribute('aria-label', strings.filmstrip);
  }

  /** Shows `count` pictures with `current` marked and centred. */
  open(
    count: number,
    current: number,
    provider: (index: number, signal: AbortSignal) => Promise<FilmstripPicture>,
  ): void {
    this.#pictures?.dispose();
    this.#pictures = new ThumbnailCache(provider, () => {
      this.#draw();
    });
    [this.#count, this.#current, this.#focused] = [count, current, current];
    for (const { element } of this.#tiles.values()) element.remove();
    this.#tiles.clear();
    this.#film.style.inlineSize = `${count * tilePitch}px`;
    this.#reveal(current, true);
    this.#draw();
  }

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(baseStyles + filmstripStyles);
    root.adoptedStyleSheets = [sheet];
    root.replaceChildren(this.#strip);
    this.#strip.setAttribute('aria-label', this.#strings.filmstrip);
    new ResizeObserver(() => {
      this.#reveal(this.#current, true);
      this.#draw();
    }).observe(this);
  }

  #onKey(key: string): boolean {
    const last = this.#count - 1;
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: this.#focused - 1,
      ArrowRight: this.#focused + 1,
      Home: 0,
      End: last,
      PageUp: this.#focused - 10,
      PageDown: this.#focused + 10,
    };
    const target = targets[key];
    if (target === undefined) return false;
    this.#focused = Math.min(last, Math.max(0, target));
    this.#reveal(this.#focused, false);
    this.#draw();
    this.#tiles.get(this.#focused)?.element.focus({ preventScroll: true });
    return true;
  }

  #reveal(index: number, isCentred: boolean): void {
    const { clientWidth, scrollLeft } = this.#strip;
    const left = index * tilePitch;
    if (isCentred) this.#strip.scrollLeft = left - (clientWidth - tilePitch) / 2;
    else if (left < scrollLeft) this.#strip.scrollLeft = left;
    else if (left + tilePitch > scrollLeft + clientWidth)
      this.#strip.scrollLeft = left + tilePitch - clientWidth;
  }

  #draw(): void {
    const pictures = this.#pictures;
    const { clientWidth, scrollLeft } = this.#strip;
    if (!pictures || clientWidth === 0) return;
    const { from, to } = visibleTiles(scrollLeft, clientWidth, tilePitch, this.#count);
    const wanted = new Set<number>();
    for (let index = from; index < to; index++) wanted.add(index);
    // Keep the focused tile, however far it has scrolled.
    wanted.add(this.#focused);
    pictures.abortExcept(wanted);
    for (const [index, { element }] of this.#tiles) {
      if (wanted.has(index)) continue;
      element.remove();
      this.#tiles.delete(index);
    }
    for (const index of wanted) this.#drawTile(index, pictures);
  }

  #drawTile(index: number, pictures: ThumbnailCache<FilmstripPicture>): void {
    const tile = this.#tiles.get(index) ?? this.#addTile(index);
    tile.element.tabIndex = index === this.#focused ? 0 : -1;
    tile.element.setAttribute('aria-selected', String(index === this.#current));
    const picture = pictures.get(index);
    if (!picture || picture === tile.drawn) return;
    tile.drawn = picture;
    const place = fillIn(this.#strings.filmstripPlace, index + 1, this.#count);
    if (picture instanceof Error) {
      setText(tile.failed, '!');
      tile.element.title = picture.message;
      tile.element.setAttribute('aria-label', `${place}: ${picture.message}`);
      return;
    }
    drawThumbnail(tile.canvas, picture, true);
    tile.element.title = picture.name;
    tile.element.setAttribute('aria-label', `${picture.name}, ${place}`);
  }

  #addTile(index: number): Tile {
    const canvas = make('canvas', { attributes: { width: '1', height: '1' } });
    const failed = make('span', { class: 'failed' });
    const element = make(
      'button',
      {
        class: 'tile',
        attributes: {
          type: 'button',
          role: 'option',
          'aria-label': fillIn(this.#strings.filmstripPlace, index + 1, this.#count),
          'aria-posinset': String(index + 1),
          'aria-setsize': String(this.#count),
        },
        on: {
          click: () => {
            this.#focused = index;
            if (index !== this.#current)
              this.dispatchEvent(new CustomEvent('pick', { detail: { index } }));
          },
        },
      },
      canvas,
      failed,
    );
    element.style.insetInlineStart = `${index * tilePitch}px`;
    const tile: Tile = { element, canvas, failed, drawn: undefined };
    this.#tiles.set(index, tile);
    this.#film.append(element);
    return tile;
  }
}

interface Tile {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly failed: HTMLElement;
  drawn: FilmstripPicture | Error | undefined;
}

/** Registers `<groundglass-filmstrip>`; calling it again does nothing. */
export function defineFilmstrip(): void {
  if (!customElements.get('groundglass-filmstrip'))
    customElements.define('groundglass-filmstrip', GroundglassFilmstrip);
}

declare global {
  interface HTMLElementTagNameMap {
    'groundglass-filmstrip': GroundglassFilmstrip;
  }
}
