import { expect, test } from 'vitest';
import { PlaneSource } from './plane-source.js';
import { planeShape, planeView } from './plane-shape.js';

/** 3 columns, 2 rows, 4 slices; the value is 100 · slice + 10 · row + column. */
function volumeOf(
  value = (slice: number, row: number, column: number) => 100 * slice + 10 * row + column,
) {
  const decoded: number[] = [];
  return {
    decoded,
    ...{ columns: 3, rows: 2, sliceCount: 4, unit: 'HU' as const },
    slice: (index: number) => {
      decoded.push(index);
      const pixels = Float32Array.from({ length: 6 }, (_, at) =>
        value(index, Math.floor(at / 3), at % 3),
      );
      return Promise.resolve({ index, columns: 3, rows: 2, unit: 'HU' as const, pixels });
    },
  };
}
const { signal } = new AbortController();

test('a coronal plane is one row of every slice, a sagittal plane one column', async () => {
  const volume = volumeOf();
  const planes = new PlaneSource(volume);
  const coronal = await planes.plane('coronal', 1, signal);
  expect(coronal).toMatchObject({ columns: 3, rows: 4, index: 1 });
  expect([...coronal.pixels]).toEqual([10, 11, 12, 110, 111, 112, 210, 211, 212, 310, 311, 312]);
  const sagittal = await planes.plane('sagittal', 2, signal);
  expect(sagittal).toMatchObject({ columns: 2, rows: 4 });
  expect([...sagittal.pixels]).toEqual([2, 12, 102, 112, 202, 212, 302, 312]);
  expect(volume.decoded.sort()).toEqual([0, 1, 2, 3]);
});

test('values that are not whole Hounsfield units stay as they are', async () => {
  const planes = new PlaneSource(volumeOf((slice) => (slice < 2 ? 40_000 : 0.5)));
  const { pixels } = await planes.plane('sagittal', 0, signal);
  expect([...pixels]).toEqual([40_000, 40_000, 40_000, 40_000, 0.5, 0.5, 0.5, 0.5]);
});

test('cancelling one plane does not stop the volume from loading; disposing does', async () => {
  const volume = volumeOf();
  const planes = new PlaneSource(volume);
  const cancel = new AbortController();
  const given = planes.plane('coronal', 0, cancel.signal);
  cancel.abort();
  await expect(given).rejects.toMatchObject({ code: 'CT_CANCELLED' });
  expect((await planes.plane('coronal', 0, signal)).pixels[3]).toBe(100);
  expect(volume.decoded).toHaveLength(4);
  const disposed = new PlaneSource(volumeOf());
  disposed.dispose();
  await expect(disposed.plane('coronal', 0, signal)).rejects.toMatchObject({
    code: 'CT_CANCELLED',
  });
});

test('a plane outside of the volume is refused', async () => {
  await expect(new PlaneSource(volumeOf()).plane('coronal', 2, signal)).rejects.toMatchObject({
    code: 'CT_SLICE_RANGE',
    message: 'Expected a coronal plane from 0 to 1, got 2',
  });
});

const geometry = {
  spacing: { column: 0.5, row: 1, slice: 5 },
  rowDirection: [1, 0, 0],
  columnDirection: [0, 1, 0],
  sliceDirection: [0, 0, 1],
  origin: [0, 0, 0],
} as const;

test('the head is on top, and slices that are 5 mm apart make pixels ten times as high as wide', () => {
  const size = { columns: 512, rows: 400, sliceCount: 60 };
  const coronal = planeShape({ ...size, geometry }, 'coronal');
  expect(coronal).toMatchObject({ columns: 512, rows: 60, pixelAspect: 0.1, isFlipped: true });
  expect(coronal.letters).toEqual({ left: 'R', right: 'L', top: 'H', bottom: 'F' });
  const sagittal = planeShape({ ...size, geometry }, 'sagittal');
  expect(sagittal).toMatchObject({ columns: 400, pixelAspect: 0.2 });
  expect(sagittal.letters).toMatchObject({ left: 'A', right: 'P', top: 'H' });
  const downward = { ...geometry, sliceDirection: [0, 0, -1] } as const;
  expect(planeShape({ ...size, geometry: downward }, 'coronal')).toMatchObject({
    isFlipped: false,
    letters: { top: 'H', bottom: 'F' },
  });
});

test('planes of a coronal series are named by what they cut', () => {
  const coronalSeries = {
    ...geometry,
    columnDirection: [0, 0, -1],
    sliceDirection: [0, 1, 0],
  } as const;
  expect(planeView(coronalSeries, 'coronal')).toBe('axial');
  expect(planeView(coronalSeries, 'sagittal')).toBe('sagittal');
  expect(planeView(geometry, 'coronal')).toBe('coronal');
  expect(planeView(undefined, 'sagittal')).toBe('sagittal');
});
