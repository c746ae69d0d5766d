/** How much one new measurement counts; about the last eight batches decide. */
const weight = 0.2;

/** How long a row of each model takes, as an exponentially weighted mean over what ran lately. */
export class ServiceTimes {
  readonly #rowMs = new Map<string, number>();

  /** Milliseconds for one row; 0 before anything ran. */
  rowMs(key: string): number {
    return this.#rowMs.get(key) ?? 0;
  }

  record(key: string, batchMs: number, rows: number): void {
    const rowMs = batchMs / rows;
    const before = this.#rowMs.get(key);
    this.#rowMs.set(key, before === undefined ? rowMs : before + weight * (rowMs - before));
  }

  forget(key: string): void {
    this.#rowMs.delete(key);
  }
}
