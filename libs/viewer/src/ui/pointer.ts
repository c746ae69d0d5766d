import type { ViewState } from '../view-state.js';

/** Callbacks for gestures on the stage. */
export interface StageGestures {
  tool(): ViewState['tool'];
  sliceCount(): number;
  step(slices: number): void;
  zoom(factor: number, at: readonly [number, number]): void;
  pan(dx: number, dy: number): void;
  window(dx: number, dy: number): void;
  fit(): void;
  /** A line is drawn from where the button was pressed. */
  measure(from: readonly [number, number], to: readonly [number, number], isDone: boolean): void;
  /** The first button was pressed and released in one place. */
  click(at: readonly [number, number]): void;
  hover(at: readonly [number, number] | undefined): void;
}

/** Wheel pixels per slice; a notch of a mouse wheel is 100 to 120, so it is one slice, and touchpads scroll smoothly. */
const pixelsPerSlice = 80;

/** CSS pixels that a click may move. */
const clickReach = 3;

/** Turns mouse, pen, touch and wheel into gestures. */
export function followPointer(stage: HTMLElement, gestures: StageGestures): void {
  const pointers = new Map<number, { x: number; y: number }>();
  let action: ViewState['tool'] | undefined;
  let start: readonly [number, number] | undefined;
  let wheel = 0;
  const at = (event: MouseEvent): [number, number] => {
    const box = stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  stage.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const pixels =
        event.deltaMode === WheelEvent.DOM_DELTA_PIXEL
          ? event.deltaY
          : event.deltaY * pixelsPerSlice;
      // A picture of one slice has nothing to scroll through. Pinching on a touchpad is reported as wheel with Ctrl.
      if (event.ctrlKey || event.metaKey || gestures.sliceCount() === 1) {
        gestures.zoom(Math.exp(-Math.max(-100, Math.min(100, pixels)) / 400), at(event));
        return;
      }
      if (Math.sign(pixels) !== Math.sign(wheel)) wheel = 0;
      wheel += pixels;
      const slices = Math.trunc(wheel / pixelsPerSlice);
      wheel -= slices * pixelsPerSlice;
      if (slices !== 0) gestures.step(slices);
    },
    { passive: false },
  );

  stage.addEventListener('pointerdown', (event) => {
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    stage.setPointerCapture(event.pointerId);
    start = event.button === 0 ? at(event) : undefined;
    if (event.button === 1) action = 'pan';
    else if (event.button === 2 || event.altKey) action = 'window';
    else action = gestures.tool();
    if (event.button === 1) event.preventDefault();
  });

  stage.addEventListener('pointermove', (event) => {
    gestures.hover(at(event));
    const last = pointers.get(event.pointerId);
    if (!last || !action) return;
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    if (pointers.size === 2) {
      const other = [...pointers].find(([id]) => id !== event.pointerId)![1];
      const before = Math.hypot(last.x - other.x, last.y - other.y);
      const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
      const box = stage.getBoundingClientRect();
      const middle = [
        (event.clientX + other.x) / 2 - box.left,
        (event.clientY + other.y) / 2 - box.top,
      ] as const;
      if (before > 0 && after > 0) gestures.zoom(after / before, middle);
      gestures.pan(dx / 2, dy / 2);
    } else if (action === 'pan') gestures.pan(dx, dy);
    else if (action === 'window') gestures.window(dx, dy);
    else if (start) gestures.measure(start, at(event), false);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });

  for (const type of ['pointerup', 'pointercancel'] as const) {
    stage.addEventListener(type, (event) => {
      pointers.delete(event.pointerId);
      const end = at(event);
      if (type === 'pointerup' && start && pointers.size === 0) {
        if (Math.hypot(end[0] - start[0], end[1] - start[1]) < clickReach) gestures.click(end);
        else if (action === 'ruler' || action === 'roi') gestures.measure(start, end, true);
      }
      start = undefined;
      if (pointers.size === 0) action = undefined;
    });
  }
  stage.addEventListener('pointerleave', () => {
    gestures.hover(undefined);
  });
  stage.addEventListener('contextmenu', (event) => {
    event.preventDefault();
  });
  stage.addEventListener('dblclick', () => {
    gestures.fit();
  });
}
