import {
  describeDataset,
  statisticsCharts,
  statisticsCsv,
  statisticsPage,
  statisticsPlain,
} from '@groundglass/dataset';
import { replaceFile } from '@groundglass/dataset/disk';
import type { Command } from 'commander';
import { join } from 'node:path';
import { drawChart } from '../datasets/draw-chart.js';
import { openForWork } from '../datasets/open-for-work.js';
import { readAllFacts } from '../datasets/read-all-facts.js';
import { datasetProgress, stopAtInterrupt } from './dataset-progress.js';

/** `dataset stats MANIFEST`. */
export function registerStats(dataset: Command): void {
  dataset
    .command('stats')
    .description(
      'counts labels, patients, sources, sizes, formats, ages and genders, as in the paper’s Tables 1 to 3 and Figures 3 and 4, and reports where publication and data differ',
    )
    .argument('<manifest>', 'the manifest, or the folder that holds it')
    .option(
      '--out <folder>',
      'where statistics.html, .csv, .json and the figures go (default: statistics next to the manifest)',
    )
    .option('--json', 'print JSON')
    .action(async (path: string, options: { out?: string; json?: boolean }) => {
      const opened = await openForWork(path);
      const progress = datasetProgress();
      const facts = await readAllFacts(opened, progress.show, stopAtInterrupt()).finally(
        async () => {
          progress.close();
          await opened.save();
        },
      );
      const statistics = describeDataset(opened.dataset, (name) => facts.get(name));
      const out = options.out ?? join(opened.folder, 'statistics');
      const charts: { title: string; svg: string }[] = [];
      for (const chart of statisticsCharts(statistics)) {
        const svg = await drawChart(chart);
        charts.push({ title: chart.title, svg });
        await replaceFile(join(out, `${chart.name}.svg`), svg);
      }
      await replaceFile(join(out, 'statistics.html'), statisticsPage(statistics, charts));
      await replaceFile(
        join(out, 'statistics.csv'),
        statisticsCsv(statistics, opened.dataset.manifest.published),
      );
      const json = `${JSON.stringify(statistics, undefined, 2)}\n`;
      await replaceFile(join(out, 'statistics.json'), json);
      console.log(options.json === true ? json.trimEnd() : statisticsPlain(statistics));
      console.error(`Written to ${out}`);
    });
}
