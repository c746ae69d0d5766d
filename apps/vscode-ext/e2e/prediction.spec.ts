import type { RequestListener } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { predictionLines, startFakeServer } from './fake-server.js';
import { expect, test, type Workbench } from './workbench.js';

/** Four by four pixels as a MetaImage. */
function metaImage(elementType: 'MET_SHORT' | 'MET_UCHAR', values: readonly number[]): Buffer {
  const header = [
    'ObjectType = Image',
    'NDims = 3',
    'BinaryData = True',
    'BinaryDataByteOrderMSB = False',
    'DimSize = 4 4 1',
    'ElementSpacing = 1 1 1',
    ...(elementType === 'MET_SHORT' ? ['Modality = MET_MOD_CT'] : []),
    `ElementType = ${elementType}`,
    'ElementDataFile = LOCAL',
    '',
  ].join('\n');
  const typed = elementType === 'MET_SHORT' ? Int16Array.from(values) : Uint8Array.from(values);
  return Buffer.concat([Buffer.from(header), Buffer.from(typed.buffer)]);
}

/** Whether a pixel of the 16 is in the left half, or in the upper one. */
const isLeft = (at: number) => at % 4 < 2;
const isUpper = (at: number) => at < 8;
const sixteen = <T>(value: (at: number) => T) => Array.from({ length: 16 }, (_, at) => value(at));
const knownMask = predictionLines(Float32Array.from(sixteen((at) => (isLeft(at) ? 1 : 0))), 4, 4);

/** Writes an image of four by four pixels of -1050 HU, of which the expert has marked the upper half. */
function writeQuadrants({ server }: Workbench): void {
  const write = (name: string, data: Buffer) => {
    writeFileSync(join(server.folder, name), data);
  };
  write(
    'quadrants.mask.mha',
    metaImage(
      'MET_UCHAR',
      sixteen((at) => (isUpper(at) ? 1 : 0)),
    ),
  );
  write(
    'quadrants.mha',
    metaImage(
      'MET_SHORT',
      sixteen(() => -1050),
    ),
  );
}

/** Has the extension connect to a server of the test's own while `use` runs. */
async function withServer(
  workbench: Workbench,
  predict: RequestListener,
  use: () => Promise<void>,
): Promise<void> {
  const fake = await startFakeServer(predict);
  const connected = {
    'groundglass.server.url': fake.url,
    // Timeout for a silent server.
    'groundglass.server.timeoutSeconds': 3,
  };
  try {
    workbench.setMachine(connected);
    await use();
  } finally {
    fake.close();
  }
}

for (const renderer of ['webgl2', 'canvas2d']) {
  test(`${renderer} draws a mask pixel for pixel as the server sent it, and compares it with the expert's`, async ({
    workbench,
    page,
  }) => {
    writeQuadrants(workbench);
    workbench.set({ 'groundglass.renderer': renderer });
    const answer: RequestListener = (_, response) => response.end(knownMask);
    await withServer(workbench, answer, async () => {
      const { preview } = workbench;
      await workbench.open('quadrants.mha');
      await expect(preview.locator('.score')).toHaveText('75.0 %');
      // Of two halves of 8 pixels 4 are common: 2 * 4 / (8 + 8).
      await expect(preview.locator('.dice')).toHaveText('Dice, this slice: 0.500');
      const picture = await workbench.picture();
      await expect(preview.locator('.stage')).toHaveAttribute('data-renderer', renderer);
      await picture.focus();
      // From an opacity of 60 % to 100 %, in steps of 5.
      for (let step = 0; step < 8; step++) await page.keyboard.press(']');

      /** Red, green and blue around the middle of the picture, where the four quadrants meet. */
      const reader = async () => {
        const { width, height, data } = await workbench.pixels();
        return (dx: number, dy: number) => {
          const from = ((Math.floor(height / 2) + dy) * width + Math.floor(width / 2) + dx) * 4;
          return [...data.subarray(from, from + 3)];
        };
      };
      // Pixels are shown 64 times as large at most, so the middle of a quadrant is 64 from the middle of the picture.
      // -1050 HU are 300 of the 1500 HU of the lung window, 51 of 255. The tints have the hue of their colour and 0.7 of this
      // luminance plus 0.3 of their colour's (W3C Compositing and Blending, section 13.2, worked out by hand).
      const filled = await reader();
      expectNear(filled(-64, -64), [0, 101, 73]); // in both masks
      expectNear(filled(-64, 64), [128, 56, 0]); // only in the model's
      expectNear(filled(64, -64), [11, 105, 158]); // only in the expert's
      expectNear(filled(64, 64), [51, 51, 51]); // in neither

      await page.keyboard.press('g');
      await expect(preview.locator('.legend')).toHaveText('Lesion');
      const alone = await reader();
      expectNear(alone(-64, -64), [120, 83, 0]);
      expectNear(alone(-64, 64), [120, 83, 0]);
      expectNear(alone(64, -64), [51, 51, 51]);

      await page.keyboard.press('c');
      const contour = await reader();
      expectNear(contour(-64, 0), [51, 51, 51]);
      expectNear(contour(-1, 0), [230, 159, 0]);
      expectNear(contour(8, 0), [51, 51, 51]);

      await page.keyboard.press('m');
      await expect(preview.locator('.legend li')).toHaveCount(0);
      expectNear((await reader())(-1, 0), [51, 51, 51]);
    });
  });
}

test('the slice on the screen is scored first', async ({ workbench }) => {
  const asked: (string | undefined)[] = [];
  const note: RequestListener = ({ url }, response) => {
    asked.push(url);
    response.end();
  };
  await withServer(workbench, note, async () => {
    await workbench.open('005.dcm');
    await expect.poll(() => asked[0]).toContain('startAt=4');
  });
});

test('a server that answers nonsense or not at all shows the error and a retry', async ({
  workbench,
}) => {
  writeQuadrants(workbench);
  let answer: RequestListener = (_, response) => response.end('<html>Welcome to nginx!</html>');
  const predict: RequestListener = (request, response) => {
    answer(request, response);
  };
  await withServer(workbench, predict, async () => {
    const { preview } = workbench;
    const failure = preview.locator('.failure');
    const retry = preview.getByRole('button', { name: 'Try again' });
    await workbench.open('quadrants.mha');
    await expect(failure).toBeVisible();
    await expect(failure).not.toBeEmpty();
    await expect(preview.locator('.running')).toBeHidden();

    const nonsense = await failure.textContent();
    answer = () => undefined;
    await retry.click();
    await expect(preview.locator('.running')).toBeVisible();
    await expect(failure).toBeVisible();
    expect(await failure.textContent()).not.toBe(nonsense);
    await expect(preview.locator('.running')).toBeHidden();

    answer = (_, response) => response.end(knownMask);
    await retry.click();
    await expect(preview.locator('.score')).toHaveText('75.0 %');
    await expect(failure).toBeHidden();
  });
});

test('a wrong address and a wrong token are reported, and the right ones bring the prediction', async ({
  workbench,
  machineSettings,
  page,
}) => {
  writeQuadrants(workbench);
  const answer: RequestListener = (_, response) => response.end(knownMask);
  const guarded = await startFakeServer(answer, 'right');
  const gone = await startFakeServer(answer);
  gone.close();
  const { preview } = workbench;
  const connect = async (token: string) => {
    const field = page.locator('.quick-input-widget input:visible').last();
    await workbench.runCommand('Groundglass: Connect to a Server');
    for (const [asked, text] of [
      ['Address of a Groundglass', guarded.url],
      ['Bearer token', token],
    ] as const) {
      await expect(page.locator('.quick-input-message')).toContainText(asked);
      await field.fill(text);
      await field.press('Enter');
    }
  };
  try {
    workbench.setMachine({ ...machineSettings, 'groundglass.server.url': gone.url });
    await workbench.open('quadrants.mha');
    const failure = preview.locator('.failure');
    await expect(failure).toBeVisible();
    await expect(preview.getByRole('button', { name: 'Try again' })).toBeVisible();
    const unreachable = await failure.textContent();

    await connect('wrong');
    await expect(failure).not.toHaveText(unreachable!);
    await expect(failure).toContainText('token');

    await connect('right');
    await expect(preview.locator('.score')).toHaveText('75.0 %');
  } finally {
    guarded.close();
  }
});

/** Renderers may round either way. */
function expectNear(actual: readonly number[], expected: readonly number[]): void {
  for (const [at, value] of expected.entries()) {
    expect(
      Math.abs(actual[at]! - value),
      `[${actual.join()}] for [${expected.join()}]`,
    ).toBeLessThanOrEqual(1);
  }
}
