import type { Renderer, Scene } from './scene.js';
import { fragmentShader, vertexShader } from './shaders.js';
import { areaColours, classColours } from './tint.js';

/** Draws with WebGL2. */
export interface WebglRenderer extends Renderer {
  /** Whether there is a GPU; if the CPU emulates one, drawing without it is faster. */
  readonly isAccelerated: boolean;
}

/** Side of a CT slice in pixels that a texture must hold. */
const minTextureSize = 512;

/**
 * Draws with WebGL2: the slice stays on the GPU as float32, so windowing, zooming and thresholds cost one draw call.
 *
 * @param onLost called when the GPU takes the context away; the renderer is useless from then on.
 * @returns undefined if WebGL2 is missing, or its textures are smaller than a slice.
 */
export function createWebglRenderer(onLost: () => void): WebglRenderer | undefined {
  const canvas = document.createElement('canvas');
  const gl = canvas.getContext('webgl2', {
    antialias: false,
    depth: false,
    premultipliedAlpha: true,
    // Screenshots and pixel tests read the canvas between frames.
    preserveDrawingBuffer: true,
  });
  if (!gl || (gl.getParameter(gl.MAX_TEXTURE_SIZE) as number) < minTextureSize) return undefined;
  const program = link(gl);
  if (!program) return undefined;
  canvas.addEventListener('webglcontextlost', onLost);

  const at = (name: string) => gl.getUniformLocation(program, name);
  const places = {
    size: at('uSize'),
    place: at('uPlace'),
    window: at('uWindow'),
    canvasHeight: at('uCanvasHeight'),
    inverted: at('uInverted'),
    linear: at('uLinear'),
    hasMask: at('uHasMask'),
    hasTruth: at('uHasTruth'),
    contour: at('uContour'),
    classes: at('uClasses'),
    hasPicture: at('uHasPicture'),
    difference: at('uDifference'),
    opacity: at('uOpacity'),
    threshold: at('uThreshold'),
    lineWidth: at('uLineWidth'),
  };
  gl.useProgram(program);
  gl.bindVertexArray(gl.createVertexArray());
  for (const [unit, name] of ['uSlice', 'uMask', 'uTruth', 'uPicture'].entries())
    gl.uniform1i(at(name), unit);
  gl.uniform3fv(
    at('uColours'),
    [...areaColours, ...classColours].flatMap((colour) => colour.map((channel) => channel / 255)),
  );
  const textures = [0, 1, 2, 3].map((unit) => new ValueTexture(gl, unit));

  return {
    kind: 'webgl2',
    isAccelerated: isAccelerated(gl),
    canvas,
    draw(scene: Scene | undefined, width: number, height: number): void {
      if (gl.isContextLost()) return;
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      gl.viewport(0, 0, width, height);
      if (!scene) {
        gl.clear(gl.COLOR_BUFFER_BIT);
        return;
      }
      const { columns, rows, overlay, window } = scene;
      textures[0]!.upload(scene.pixels, columns, rows);
      textures[1]!.upload(overlay?.mask, columns, rows);
      textures[2]!.upload(overlay?.truth, columns, rows);
      textures[3]!.upload(scene.colours, columns, rows);
      gl.uniform2f(places.size, columns, rows);
      gl.uniform4f(places.place, scene.left, scene.top, scene.stepX, scene.stepY);
      gl.uniform2f(places.window, window.center - window.width / 2, window.width);
      gl.uniform1f(places.canvasHeight, height);
      gl.uniform1i(places.inverted, Number(scene.inverted));
      gl.uniform1i(places.linear, Number(scene.interpolation === 'linear'));
      gl.uniform1i(places.hasMask, Number(overlay?.mask !== undefined));
      gl.uniform1i(places.hasTruth, Number(overlay?.truth !== undefined));
      gl.uniform1i(places.contour, Number(overlay?.style === 'contour'));
      gl.uniform1i(places.classes, Number(overlay?.classes === true));
      gl.uniform1i(places.hasPicture, Number(scene.colours !== undefined));
      gl.uniform1i(places.difference, Number(scene.palette === 'difference'));
      gl.uniform1f(places.opacity, overlay?.opacity ?? 0);
      gl.uniform1f(places.threshold, overlay?.threshold ?? 1);
      gl.uniform1f(places.lineWidth, overlay?.lineWidth ?? 1);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    },
    dispose(): void {
      canvas.removeEventListener('webglcontextlost', onLost);
      // Browsers limit the number of contexts; waiting for the garbage collector would take them from others.
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}

/** Browsers provide WebGL without a GPU too, and `failIfMajorPerformanceCaveat` does not detect it in all of them. */
function isAccelerated(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = String(gl.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  return !/SwiftShader|llvmpipe|softpipe|Basic Render|software/i.test(name);
}

/** Values of a picture on one texture unit; uploads only what has changed. */
class ValueTexture {
  #current: Float32Array | Uint8Array | Uint8ClampedArray | undefined | null = null;
  readonly #gl: WebGL2RenderingContext;
  readonly #unit: number;

  constructor(gl: WebGL2RenderingContext, unit: number) {
    this.#gl = gl;
    this.#unit = unit;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    for (const [name, value] of [
      [gl.TEXTURE_MIN_FILTER, gl.NEAREST],
      [gl.TEXTURE_MAG_FILTER, gl.NEAREST],
      [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
      [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
    ] as const) {
      gl.texParameteri(gl.TEXTURE_2D, name, value);
    }
  }

  /** @param values one channel as float32 or bytes, or RGBA as clamped bytes. */
  upload(
    values: Float32Array | Uint8Array | Uint8ClampedArray | undefined,
    columns: number,
    rows: number,
  ): void {
    if (values === this.#current) return;
    this.#current = values;
    const gl = this.#gl;
    gl.activeTexture(gl.TEXTURE0 + this.#unit);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    if (!values) {
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, 1, 1, 0, gl.RED, gl.UNSIGNED_BYTE, new Uint8Array(1));
    } else if (values instanceof Uint8ClampedArray) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.length);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, columns, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    } else if (values instanceof Float32Array) {
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, columns, rows, 0, gl.RED, gl.FLOAT, values);
    } else {
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, columns, rows, 0, gl.RED, gl.UNSIGNED_BYTE, values);
    }
  }
}

function link(gl: WebGL2RenderingContext): WebGLProgram | undefined {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexShader],
    [gl.FRAGMENT_SHADER, fragmentShader],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) return undefined;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : undefined;
}
