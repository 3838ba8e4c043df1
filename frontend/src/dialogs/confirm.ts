import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { CommandError, sentence } from "../api";
import { element } from "../element";
import type { Key } from "../language";
import type { Entry } from "../logic/groups";
import type { Can, CodeAction } from "../types";
import { isWaiting, type Outcome, outcomeOfError, SeamDialog } from "./dialog";
import { formStyles } from "./form-styles";

/** What to say of a code that was changed. The names of its locks are added. */
export interface Done {
  key: Key;
  values: Record<string, string>;
}

export interface Confirmation {
  title: string;
  text: string;
  /** What else follows from it. */
  note: string;
  confirm: string;
  isDangerous?: boolean;
  action: CodeAction;
  entry: Entry;
  /** The codes of the same person on other locks, and backup codes. */
  others: readonly Entry[];
  /** Those that are backup codes, with the codes that they stand in for. */
  backups: ReadonlyMap<Entry, Entry>;
  /** What to know about each of these. */
  hint: (entry: Entry) => string;
  run: (entry: Entry) => Promise<Done>;
}

interface Result extends Outcome {
  done?: Done;
}

/** Asks before something is done with a code, and on which locks. */
@element("seam-confirm-dialog")
export class SeamConfirmDialog extends SeamDialog {
  @property({ attribute: false }) confirmation!: Confirmation;
  /** Those that are left out, by ID. */
  @state() private omitted: ReadonlySet<string> = new Set();
  /** What came of it, by ID. */
  @state() private results: ReadonlyMap<string, Result> = new Map();

  // Some locks take a minute.
  protected override get mustStay(): boolean {
    return false;
  }

  private isPossible(entry: Entry): boolean {
    return this.can(entry) === true;
  }

  /** Return whether a code can be changed, or why not. */
  private can(entry: Entry): Can {
    const { action, backups } = this.confirmation;
    return entry.code.can[backups.has(entry) ? "delete" : action];
  }

  /** Return whether the user has left out a code, or the one it is the backup of. */
  private isOmitted(entry: Entry): boolean {
    const of = this.confirmation.backups.get(entry);
    return (
      this.omitted.has(entry.code.access_code_id) ||
      (of !== undefined && !this.isChosen(of))
    );
  }

  private isChosen(entry: Entry): boolean {
    return (
      entry === this.confirmation.entry ||
      (this.isPossible(entry) && !this.isOmitted(entry))
    );
  }

  /** The codes that the user wants to change. */
  private get chosen(): Entry[] {
    const { entry, others } = this.confirmation;
    return [entry, ...others].filter((one) => this.isChosen(one));
  }

  /** Those that are still to be changed. What may have been changed is not sent again. */
  private get left(): Entry[] {
    const isUncertain = (entry: Entry | undefined) =>
      entry !== undefined && this.resultOf(entry)?.key === "outcome_uncertain";
    const { backups } = this.confirmation;
    return this.chosen.filter(
      (entry) =>
        !this.resultOf(entry)?.done &&
        !isUncertain(entry) &&
        // It waits for the code, and nobody knows whether that is gone.
        !isUncertain(backups.get(entry)),
    );
  }

  private resultOf({ code }: Entry): Result | undefined {
    return this.results.get(code.access_code_id);
  }

  protected override render() {
    const { t, connected } = this.context;
    const { title, text, note, confirm, isDangerous, others } = this.confirmation;
    const hasResults = this.results.size > 0;
    const isOver = !this.isBusy && this.left.length === 0;
    return this.frame(
      title,
      others.length > 0 && hasResults
        ? this.renderResults()
        : html`
            <p>${text}</p>
            ${note ? html`<p><bdi>${note}</bdi></p>` : nothing}
            ${others.length > 0 ? this.renderChoice(others) : nothing}
          `,
      html`
        ${
          isOver
            ? nothing
            : html`<button @click=${this.close}>
                ${t(hasResults ? "close" : "cancel")}
              </button>`
        }
        <button
          class="filled ${isDangerous && !isOver ? "danger" : ""}"
          ?disabled=${!isOver && (this.isBusy || !connected)}
          @click=${isOver ? this.close : this.run}
        >
          ${this.isBusy ? html`<span class="spinner"></span>` : ""}
          ${
            isOver
              ? t("close")
              : others.length > 0 && hasResults && !this.isBusy
                ? t("retry")
                : confirm
          }
        </button>
      `,
    );
  }

  /** Return the name of a lock, and whether it is the code or its backup there. */
  private placeOf(entry: Entry): string {
    const { t } = this.context;
    const isBackup = this.confirmation.backups.has(entry);
    return isBackup ? `${entry.lock.name} (${t("backup_code")})` : entry.lock.name;
  }

  private renderChoice(others: readonly Entry[]): TemplateResult {
    const { backups, hint } = this.confirmation;
    return html`<fieldset>
      <legend>
        ${this.context.t(backups.size > 0 ? "also_these" : "also_there")}
      </legend>
      <div class="checks">
        ${others.map((other) => {
          const { code } = other;
          const of = backups.get(other);
          const isPossible = this.isPossible(other);
          const text = isPossible ? hint(other) : this.can(other);
          return html`<label class="check">
            <input
              type="checkbox"
              .checked=${live(this.isChosen(other))}
              ?disabled=${!isPossible || (of && !this.isChosen(of))}
              @change=${(event: Event) => {
                const omitted = new Set(this.omitted);
                if ((event.target as HTMLInputElement).checked) {
                  omitted.delete(code.access_code_id);
                } else omitted.add(code.access_code_id);
                this.omitted = omitted;
              }}
            />
            <span>
              <bdi>${this.placeOf(other)}</bdi>
              ${text ? html`<small>${text}</small>` : nothing}
            </span>
          </label>`;
        })}
      </div>
    </fieldset>`;
  }

  private renderResults(): TemplateResult {
    return html`<div role="status">
      ${this.renderKeepOpen()}
      <ul>
        ${this.chosen.map((entry) => {
          const result = this.resultOf(entry);
          return html`<li>
            <span class="lock"><bdi>${this.placeOf(entry)}</bdi></span>
            <span class="chip ${result?.tone ?? ""}"
              >${this.context.t(result?.key ?? "outcome_waiting")}</span
            >
            ${
              result?.reason
                ? html`<p class="secondary"><bdi>${result.reason}</bdi></p>`
                : nothing
            }
          </li>`;
        })}
      </ul>
    </div>`;
  }

  private show({ code }: Entry, result: Result): void {
    this.results = new Map(this.results).set(code.access_code_id, result);
  }

  private async run(): Promise<void> {
    if (this.isBusy) return;
    this.error = "";
    const { chosen } = this;
    const lastError = await this.sendAll(() => this.send());
    if (chosen.every((entry) => this.resultOf(entry)?.done)) {
      if (this.isShown) this.close();
      this.announce(this.summary(chosen));
    } else if (this.confirmation.others.length === 0) this.showError(lastError);
    else if (!this.isShown) this.announce(this.summary(chosen));
  }

  protected override get hasWaiting(): boolean {
    return [...this.results.values()].some(isWaiting);
  }

  /** Change the codes that are left, and return the last error. */
  private async send(): Promise<unknown> {
    const { left } = this;
    for (const entry of left) this.show(entry, { key: "outcome_waiting", tone: "" });
    let lastError: unknown;
    // One after the other: if the connection is lost, the rest stays as it is.
    for (const entry of left) {
      const of = this.confirmation.backups.get(entry);
      const isLost = lastError instanceof CommandError && lastError.lost;
      // Whoever still has the code may also need its backup.
      if (isLost || (of && !this.resultOf(of)?.done)) {
        this.show(entry, { key: "outcome_not_done", tone: "bad" });
        continue;
      }
      this.show(entry, { key: "outcome_running", tone: "info" });
      try {
        const done = await this.confirmation.run(entry);
        this.show(entry, { key: "outcome_success", tone: "good", done });
      } catch (error) {
        lastError = error;
        this.show(entry, outcomeOfError(error, this.context.t));
      }
    }
    return lastError;
  }

  private summary(entries: readonly Entry[]): string {
    return doneText(
      this.context.hass.locale.language,
      this.context.t,
      entries.flatMap((entry) => {
        const { done, reason: error } = this.resultOf(entry) ?? {};
        return done || error ? [{ lock: entry.lock.name, done, error }] : [];
      }),
    );
  }

  static override styles = [
    ...SeamDialog.styles,
    formStyles,
    css`
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px 12px;
        padding: 10px 0;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      .lock {
        flex: 1;
      }
      li p {
        width: 100%;
      }
    `,
  ];
}

/** Return one text for all locks on which the same was done, and the errors of others. */
export function doneText(
  language: string,
  t: (key: Key, values?: Record<string, string | number>) => string,
  results: readonly {
    lock: string;
    done?: Done | undefined;
    error?: string | undefined;
  }[],
): string {
  const same = new Map<string, { done: Done; locks: string[] }>();
  for (const { lock, done } of results) {
    if (!done) continue;
    const key = JSON.stringify(done);
    const known = same.get(key);
    if (known) known.locks.push(lock);
    else same.set(key, { done, locks: [lock] });
  }
  const list = new Intl.ListFormat(language);
  const texts = [
    ...[...same.values()].map(({ done: { key, values }, locks }) =>
      t(key, { ...values, lock: list.format(locks), count: locks.length }),
    ),
    ...results.flatMap(({ lock, error }) =>
      error ? [error.includes(lock) ? error : `${lock}: ${error}`] : [],
    ),
  ];
  return texts.length > 1 ? texts.map(sentence).join(" ") : texts.join("");
}
