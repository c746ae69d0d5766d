/** A part of the page to draw into the picture of the view: its canvas, and the layers over it. */
export interface PicturePart {
  readonly canvas: HTMLCanvasElement;
  readonly layer: SVGElement | undefined;
  /** Texts at their positions on the screen. */
  readonly texts: readonly HTMLElement[];
}

/**
 * Draws the screen into one PNG: pictures, lines and readings at their positions.
 *
 * @param frames the elements whose boxes the picture covers.
 */
export async function viewPicture(
  frames: readonly HTMLElement[],
  parts: readonly PicturePart[],
): Promise<Uint8Array> {
  const ratio = globalThis.devicePixelRatio || 1;
  const boxes = frames.map((frame) => frame.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const right = Math.max(...boxes.map((box) => box.right));
  const bottom = Math.max(...boxes.map((box) => box.bottom));
  const picture = document.createElement('canvas');
  picture.width = Math.max(1, Math.round((right - left) * ratio));
  picture.height = Math.max(1, Math.round((bottom - top) * ratio));
  const context = picture.getContext('2d');
  if (!context) throw new Error('Expected a Canvas 2D, the browser has none');
  context.scale(ratio, ratio);
  context.fillStyle = '#000';
  context.fillRect(0, 0, right - left, bottom - top);
  for (const { canvas, layer, texts } of parts) {
    const box = canvas.getBoundingClientRect();
    context.save();
    context.translate(box.left - left, box.top - top);
    context.beginPath();
    context.rect(0, 0, box.width, box.height);
    context.clip();
    context.drawImage(canvas, 0, 0, box.width, box.height);
    if (layer) drawLayer(context, layer, box);
    context.restore();
    for (const text of texts) drawText(context, text, left, top);
  }
  const blob = await new Promise<Blob | null>((resolve) => {
    picture.toBlob(resolve, 'image/png');
  });
  if (!blob) throw new Error('Expected a picture, the browser made none');
  return new Uint8Array(await blob.arrayBuffer());
}

/** Lines, ellipses and texts of a layer, as its styles draw them. */
function drawLayer(context: CanvasRenderingContext2D, layer: SVGElement, box: DOMRect): void {
  for (const element of layer.children) {
    const style = getComputedStyle(element);
    const number = (name: string, whole: number) => {
      const text = element.getAttribute(name) ?? '0';
      return text.endsWith('%') ? (parseFloat(text) / 100) * whole : Number(text);
    };
    context.globalAlpha = Number(style.opacity);
    context.strokeStyle = style.stroke;
    context.lineWidth = parseFloat(style.strokeWidth);
    context.beginPath();
    switch (element.tagName) {
      case 'line':
        context.moveTo(number('x1', box.width), number('y1', box.height));
        context.lineTo(number('x2', box.width), number('y2', box.height));
        context.stroke();
        break;
      case 'ellipse':
        context.ellipse(
          ...([number('cx', box.width), number('cy', box.height)] as const),
          ...([number('rx', box.width), number('ry', box.height)] as const),
          ...([0, 0, 2 * Math.PI] as const),
        );
        context.stroke();
        break;
      default:
        context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        context.lineJoin = 'round';
        context.strokeText(element.textContent, number('x', box.width), number('y', box.height));
        context.fillStyle = style.fill;
        context.fillText(element.textContent, number('x', box.width), number('y', box.height));
    }
  }
  context.globalAlpha = 1;
}

function drawText(
  context: CanvasRenderingContext2D,
  element: HTMLElement,
  left: number,
  top: number,
): void {
  const box = element.getBoundingClientRect();
  if (box.width === 0 || !element.textContent.trim()) return;
  const style = getComputedStyle(element);
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.textBaseline = 'middle';
  context.strokeStyle = '#000';
  context.lineWidth = 3;
  context.lineJoin = 'round';
  context.fillStyle = style.color;
  const y = box.top - top + box.height / 2;
  context.strokeText(element.textContent, box.left - left, y);
  context.fillText(element.textContent, box.left - left, y);
  context.textBaseline = 'alphabetic';
}
