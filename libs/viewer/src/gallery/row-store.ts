import { naturalOrder } from './natural-order.js';
import { outcomesAt, type Outcomes, type ResultsModel } from './outcomes.js';
import { wordAt, type PackedRows } from './packed-rows.js';

/** What a gallery knows about the dataset and the models whose answers it shows. */
export interface GalleryFacts {
  /** Name of the dataset or of the file. */
  readonly title: string;
  /** Every label that the dataset may have. */
  readonly labels: readonly string[];
  /** The dataset's positive label. */
  readonly positive: string;
  /** The model of the results; null for a manifest that was not scored. */
  readonly model: (ResultsModel & { readonly name: string }) | null;
  /** The model of the compared results. */
  readonly second: (ResultsModel & { readonly name: string }) | null;
  /** What the user should know: omitted rows, results of another model. */
  readonly notes: readonly string[];
  /** Classifiers that never see a lung, as baselines for the model's score. */
  readonly baselines: readonly Baseline[];
}

/** A baseline's score on one split. */
export interface Baseline {
  readonly name: string;
  readonly split: string | null;
  readonly accuracy: number | null;
  readonly auc: number | null;
}

/** The rows of a gallery with data derived from them, each computed once. */
export class RowStore {
  readonly count: number;
  #haystack: readonly string[] | undefined;
  #nameRank: Uint32Array | undefined;
  readonly #outcomes = new Map<string, Outcomes>();

  constructor(
    readonly rows: PackedRows,
    readonly facts: GalleryFacts,
  ) {
    this.count = rows.count;
  }

  /** Text searched by the filter: path, label, patient, source and document in lower case. */
  get haystack(): readonly string[] {
    const { rows } = this;
    return (this.#haystack ??= rows.path.map((path, row) => {
      const words = [rows.label, rows.patient, rows.source, rows.document]
        .map((column) => wordAt(column, row) ?? '')
        .join(' ');
      return `${path} ${words}`.toLowerCase();
    }));
  }

  /** Place of each row in the natural order of paths and slices. */
  get nameRank(): Uint32Array {
    if (this.#nameRank) return this.#nameRank;
    const { path, slice } = this.rows;
    const order = Uint32Array.from({ length: this.count }, (_, row) => row).sort(
      (a, b) => naturalOrder(path[a]!, path[b]!) || slice[a]! - slice[b]!,
    );
    const rank = new Uint32Array(this.count);
    for (let at = 0; at < order.length; at++) rank[order[at]!] = at;
    return (this.#nameRank = rank);
  }

  /** Outcomes at a threshold, or as in the file for null. */
  outcomes(threshold: number | null): Outcomes {
    return this.#outcomesOf('first', threshold);
  }

  /** Those of the compared results; undefined if there are none. */
  secondOutcomes(): Outcomes | undefined {
    return this.rows.second ? this.#outcomesOf('second', null) : undefined;
  }

  #outcomesOf(which: 'first' | 'second', threshold: number | null): Outcomes {
    const key = `${which} ${threshold ?? ''}`;
    const known = this.#outcomes.get(key);
    if (known) return known;
    const results = which === 'first' ? this.rows.result : this.rows.second!;
    const model = (which === 'first' ? this.facts.model : this.facts.second) ?? {
      labels: this.facts.labels,
      positive: this.facts.positive,
      threshold: null,
    };
    const outcomes = outcomesAt(results, model, threshold);
    // A slider passes many thresholds; keep only the last few.
    if (this.#outcomes.size > 8) this.#outcomes.clear();
    this.#outcomes.set(key, outcomes);
    return outcomes;
  }
}
