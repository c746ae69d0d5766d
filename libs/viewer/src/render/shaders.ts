import { classColours, differenceColours, firstClassArea, lift } from './tint.js';

/** One triangle that covers the canvas. */
export const vertexShader = `#version 300 es
void main() {
  vec2 corner = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

function vec(colour: readonly number[]): string {
  return `vec3(${colour.map((channel) => (channel / 255).toFixed(6)).join(', ')})`;
}

/** The same steps as `renderPicture`, in the same order. */
export const fragmentShader = `#version 300 es
precision highp float;
precision highp sampler2D;
uniform sampler2D uSlice;
uniform sampler2D uMask;
uniform sampler2D uTruth;
uniform sampler2D uPicture;
uniform vec2 uSize;
uniform vec4 uPlace; // left, top, stepX, stepY
uniform vec2 uWindow; // low end, width
uniform float uCanvasHeight;
uniform bool uInverted;
uniform bool uLinear;
uniform bool uHasMask;
uniform bool uHasTruth;
uniform bool uContour;
uniform bool uClasses;
uniform bool uHasPicture;
uniform bool uDifference;
uniform float uOpacity;
uniform float uThreshold;
uniform float uLineWidth;
uniform vec3 uColours[${firstClassArea + classColours.length}];
out vec4 colour;

float sampleNearest(sampler2D values, vec2 at) {
  return texelFetch(values, ivec2(floor(at)), 0).r;
}

float sampleLinear(sampler2D values, vec2 at) {
  vec2 position = clamp(at - 0.5, vec2(0.0), uSize - 1.0);
  vec2 first = floor(position);
  vec2 second = min(uSize - 1.0, first + 1.0);
  vec2 part = position - first;
  float top = mix(texelFetch(values, ivec2(first), 0).r, texelFetch(values, ivec2(second.x, first.y), 0).r, part.x);
  float bottom = mix(texelFetch(values, ivec2(first.x, second.y), 0).r, texelFetch(values, ivec2(second), 0).r, part.x);
  return mix(top, bottom, part.y);
}

vec3 sampleColour(vec2 at) {
  if (!uLinear) return texelFetch(uPicture, ivec2(floor(at)), 0).rgb;
  vec2 position = clamp(at - 0.5, vec2(0.0), uSize - 1.0);
  vec2 first = floor(position);
  vec2 second = min(uSize - 1.0, first + 1.0);
  vec2 part = position - first;
  vec3 top = mix(texelFetch(uPicture, ivec2(first), 0).rgb, texelFetch(uPicture, ivec2(second.x, first.y), 0).rgb, part.x);
  vec3 bottom = mix(texelFetch(uPicture, ivec2(first.x, second.y), 0).rgb, texelFetch(uPicture, ivec2(second), 0).rgb, part.x);
  return mix(top, bottom, part.y);
}

float sampleValue(sampler2D values, vec2 at) {
  return uLinear ? sampleLinear(values, at) : sampleNearest(values, at);
}

bool outside(vec2 at) {
  return any(lessThan(at, vec2(0.0))) || any(greaterThanEqual(at, uSize));
}

int areaAt(vec2 at) {
  if (outside(at)) return 0;
  if (uClasses) {
    int value = int(sampleNearest(uTruth, at) * 255.0 + 0.5);
    return value == 0 ? 0 : ${firstClassArea} + (value - 1) % ${classColours.length};
  }
  // Half of a part in 255 guards the comparison against rounding in the texture's conversion to float.
  bool found = uHasMask && sampleValue(uMask, at) * 255.0 >= uThreshold * 255.0 - 0.001;
  if (!uHasTruth) return found ? 1 : 0;
  bool real = sampleNearest(uTruth, at) > 0.0;
  if (found) return real ? 2 : 3;
  return real ? 4 : 0;
}

vec3 tint(float grey, vec3 own, float share) {
  float light = dot(own, vec3(0.299, 0.587, 0.114));
  float target = grey + (light - grey) * ${lift.toFixed(3)} * share;
  vec3 shifted = own + (target - light);
  float least = min(shifted.r, min(shifted.g, shifted.b));
  float most = max(shifted.r, max(shifted.g, shifted.b));
  float scale = 1.0;
  if (least < 0.0) scale = target / (target - least);
  if (most > 1.0) scale = min(scale, (1.0 - target) / (most - target));
  return target + (shifted - target) * scale * share;
}

void main() {
  vec2 onCanvas = vec2(gl_FragCoord.x, uCanvasHeight - gl_FragCoord.y);
  vec2 at = uPlace.xy + onCanvas * uPlace.zw;
  if (outside(at)) {
    colour = vec4(0.0);
    return;
  }
  float value = (sampleValue(uSlice, at) - uWindow.x) / uWindow.y;
  float shown = isnan(value) ? 0.0 : clamp(value, 0.0, 1.0);
  float grey = floor((uInverted ? 1.0 - shown : shown) * 255.0 + 0.5) / 255.0;
  vec3 base = vec3(grey);
  if (uDifference) {
    float share = 2.0 * grey - 1.0;
    base = (share > 0.0 ? ${vec(differenceColours.above)} : ${vec(differenceColours.below)}) * abs(share);
    base = floor(base * 255.0 + 0.5) / 255.0;
  }
  if (uHasPicture) {
    base = sampleColour(at);
    if (uInverted) base = 1.0 - base;
    base = floor(base * 255.0 + 0.5) / 255.0;
    grey = dot(base, vec3(0.299, 0.587, 0.114));
  }
  colour = vec4(base, 1.0);
  int here = areaAt(at);
  if (here == 0) return;
  vec2 line = uPlace.zw * uLineWidth;
  bool edge = areaAt(at - vec2(line.x, 0.0)) != here || areaAt(at + vec2(line.x, 0.0)) != here
    || areaAt(at - vec2(0.0, line.y)) != here || areaAt(at + vec2(0.0, line.y)) != here;
  if (edge) {
    colour.rgb = mix(base, uColours[here], uContour ? 1.0 : uOpacity);
  } else if (!uContour) {
    float certainty = here == 1 ? sampleValue(uMask, at) : 1.0;
    colour.rgb = tint(grey, uColours[here], uOpacity * certainty);
  }
}`;
