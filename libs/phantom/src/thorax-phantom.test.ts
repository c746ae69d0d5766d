import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { thoraxPhantom, type ThoraxPhantom } from './thorax-phantom.js';

const small = { slices: 12, size: 128 } as const;

function values(phantom: ThoraxPhantom, lesion: number): number[] {
  return Array.from(phantom.hu)
    .filter((_, i) => phantom.lesions[i] === lesion)
    .sort((a, b) => a - b);
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)]!;
}

describe('a thorax phantom', () => {
  test('is the same to the bit for the same seed, and differs for another seed', () => {
    const digest = (seed: number) => {
      const { hu, lesions, lung } = thoraxPhantom({ seed, covid: true, slices: 3, size: 96 });
      return createHash('sha256').update(hu).update(lesions).update(lung).digest('hex');
    };
    expect(digest(5)).toBe(digest(5));
    expect(digest(5)).not.toBe(digest(6));
  });

  test('has ground-glass of -700 to -500 HU and consolidation round 0 HU exactly where the mask says so', () => {
    for (const seed of [1, 2, 3]) {
      const phantom = thoraxPhantom({ ...small, seed, covid: true, noise: 0, distractors: [] });
      const glass = values(phantom, 1);
      expect(glass.length).toBeGreaterThan(100);
      expect(median(glass)).toBeGreaterThan(-700);
      expect(median(glass)).toBeLessThan(-500);
      // Healthy lung outside the mask, except vessels and bronchi, is darker than any lesion.
      const healthy = Array.from(phantom.hu)
        .filter((_, i) => phantom.lung[i] === 1 && phantom.lesions[i] === 0)
        .sort((a, b) => a - b);
      expect(median(healthy)).toBeLessThan(-800);
      const dense = values(phantom, 2);
      if (dense.length > 100) expect(Math.abs(median(dense))).toBeLessThan(60);
    }
  });

  test('keeps lesions inside the lung and shows them in both lungs', () => {
    const { lesions, lung, columns } = thoraxPhantom({ ...small, seed: 9, covid: true });
    const found = { right: 0, left: 0 };
    lesions.forEach((lesion, i) => {
      if (lesion === 0) return;
      expect(lung[i]).toBe(1);
      found[i % columns < columns / 2 ? 'right' : 'left']++;
    });
    expect(found.right).toBeGreaterThan(50);
    expect(found.left).toBeGreaterThan(50);
  });

  test('puts a requested lesion in the requested place', () => {
    const phantom = thoraxPhantom({
      seed: 3,
      size: 128,
      slices: 1,
      noise: 0,
      distractors: [],
      covid: [{ kind: 'consolidation', centre: [-80, 20, 96], radii: [14, 14, 60], along: [1, 0] }],
    });
    const { column, row } = phantom.geometry.spacing;
    let x = 0;
    let count = 0;
    phantom.lesions.forEach((lesion, i) => {
      if (lesion === 0) return;
      count++;
      x += phantom.geometry.origin[0] + (i % phantom.columns) * column;
    });
    // Area of an ellipse of 14 mm by 14 mm, give or take the ragged edge.
    expect(count * column * row).toBeGreaterThan(0.4 * Math.PI * 14 * 14);
    expect(count * column * row).toBeLessThan(1.8 * Math.PI * 14 * 14);
    expect(Math.abs(x / count + 80)).toBeLessThan(8);
  });

  test('without COVID-19 has an empty lesion mask, and lungs of a plausible size', () => {
    const phantom = thoraxPhantom({ ...small, seed: 4, covid: false });
    expect(phantom.lesions.every((value) => value === 0)).toBe(true);
    const { column, row, slice } = phantom.geometry.spacing;
    const litres =
      (phantom.lung.reduce((sum, value) => sum + value, 0) * column * row * slice) / 1e6;
    // Total lung capacity of adults: about 3 to 8 litres.
    expect(litres).toBeGreaterThan(3);
    expect(litres).toBeLessThan(8);
  });

  test('contains air, lung, fat, muscle and bone', () => {
    const { hu } = thoraxPhantom({ ...small, seed: 8, covid: false });
    const share = (low: number, high: number) =>
      hu.filter((v) => v >= low && v < high).length / hu.length;
    expect(share(-1025, -950)).toBeGreaterThan(0.2);
    expect(share(-950, -700)).toBeGreaterThan(0.05);
    expect(share(-150, -50)).toBeGreaterThan(0.05);
    expect(share(0, 100)).toBeGreaterThan(0.05);
    expect(share(250, 3072)).toBeGreaterThan(0.01);
  });

  test.each([
    [{ seed: 1.5, covid: true }, 'whole number as seed'],
    [{ seed: 1, covid: true, size: 8 }, 'size from 16 to 4096'],
    [{ seed: 1, covid: true, slices: 0 }, '1 slice or more'],
    [{ seed: 1, covid: true, noise: -1 }, 'noise of 0 HU'],
    [{ seed: 1, covid: true, spacing: { pixel: 0 } }, 'spacing over 0'],
  ])('refuses %j', (options, message) => {
    expect(() => thoraxPhantom({ size: 16, slices: 1, ...options })).toThrow(message);
  });
});
