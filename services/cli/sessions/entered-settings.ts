/**
 * The session settings of a process that lives long: one object whose content is read again before each judging run, so that what
 * was entered meanwhile, here or by another process, counts from the next run on. Within a run they stay as they were read, and whom it
 * judged after somebody entered others is due again.
 */
import type { SessionSettings } from "#core/domain/session";
import type { DurationStore } from "#core/ports/people/duration-store";
import type { SweepStore } from "#core/ports/sweep-store";

export class EnteredSettings implements SessionSettings {
  readonly #store: Pick<DurationStore, "settings">;
  readonly #configured: SessionSettings;
  #version: string | null = null;
  #current: SessionSettings;

  /** @param configured what the installation's configuration says, before anything was entered. */
  constructor(store: Pick<DurationStore, "settings">, configured: SessionSettings) {
    this.#store = store;
    this.#configured = configured;
    this.#current = configured;
  }

  get durations(): SessionSettings["durations"] {
    return this.#current.durations;
  }

  get changedAt(): SessionSettings["changedAt"] {
    return this.#current.changedAt;
  }

  get permissionSets(): NonNullable<SessionSettings["permissionSets"]> {
    return this.#current.permissionSets ?? [];
  }

  async readAgain(): Promise<void> {
    const { version, ...current } = await this.#store.settings(this.#configured);
    this.#current = current;
    this.#version = version;
  }

  /** A sweep store whose every run begins by reading the settings: a run asks first how many people are due. */
  readBefore(sweep: SweepStore): SweepStore {
    return {
      dueCount: async (now) => {
        await this.readAgain();
        return sweep.dueCount(now);
      },
      sweep: (from, limit, channels, judge) =>
        sweep.sweep(
          this.#version === null ? from : { ...from, settingsVersion: this.#version },
          limit,
          channels,
          judge,
        ),
    };
  }
}
