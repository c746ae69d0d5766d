import { describe, expect, test } from 'vitest';
import { recipes } from '../../training/recipes/recipes.js';
import type { EpochRecord } from '../run-folder.js';
import { renderRunReport } from './run-report.js';

function epoch(index: number, auc: number | null, best: boolean): EpochRecord {
  return {
    epoch: index,
    learningRate: 3e-4,
    trainLoss: 2 - index / 2,
    trainParts: { classification: 0.7, segmentation: 0.5 },
    validation: { auc, accuracy: 0.8, crossEntropy: 0.5, dice: 0.25 },
    seconds: 30,
    imagesPerSecond: 5,
    waitingShare: 0.012,
    best,
  };
}

describe('the report of a run', () => {
  const input = {
    recipe: { ...recipes.tiny, name: 'a <b> & "c"' },
    records: [epoch(0, 0.71, false), epoch(1, 0.93, true), epoch(2, null, false)],
    ledger: [
      {
        time: '2026-01-02T03:04:05Z',
        dataset: 'COVID-CT',
        split: 'test' as const,
        samples: 203,
        sha256: '0',
        metrics: { accuracy: 0.8125, f1: 0.75, auc: 0.9, dice: null },
      },
    ],
  };

  test('shows curves by name, every epoch, the kept one, and each look at a test split', async () => {
    const html = await renderRunReport(input);
    expect(html.match(/<svg/g)).toHaveLength(2);
    for (const name of ['classification', 'segmentation', 'AUC', 'Dice'])
      expect(html).toMatch(new RegExp(`<text[^>]*>${name}</text>`));
    expect(html).toContain('Best on validation: epoch 2');
    expect(html).toMatch(/<tr class="best"><td>2<\/td><td>3.00e-4<\/td><td>1.5000<\/td><td>0.930/);
    expect(html).toMatch(/<td>COVID-CT<\/td><td>203<\/td><td>0.813<\/td><td>0.750<\/td>/);
    expect(html).toContain('<td>1.2 %</td>');
  });

  test('loads no external resource, and a name cannot break out of the page', async () => {
    const html = await renderRunReport(input);
    expect(html).not.toMatch(/(src|href)="/);
    expect(html).toContain('a &#60;b&#62; &#38; &#34;c&#34;');
  });
});
