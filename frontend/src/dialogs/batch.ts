import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { CommandError, codeCommand, command } from "../api";
import { element } from "../element";
import type { Key } from "../language";
import { type Entry, label, mayWork } from "../logic/groups";
import { stateText } from "../parts";
import type { CodeState } from "../types";
import { isWaiting, type Outcome, outcomeOfError, SeamDialog } from "./dialog";

/** Return what an outcome is called; also one that a later release adds. */
function outcomeOf(outcome: string | undefined): Outcome {
  switch (outcome) {
    case "failed":
    case "not_convertible":
      return { key: `outcome_${outcome}`, tone: "bad" };
    case "pending":
      return { key: "outcome_pending", tone: "" };
    case "converted":
    case "deleted":
      return { key: `outcome_${outcome}`, tone: "good" };
    default:
      return { key: "outcome_success", tone: "good" };
  }
}

/** Converts or deletes codes, after a preview. */
@element("seam-batch-dialog")
export class SeamBatchDialog extends SeamDialog {
  @property({ attribute: false }) entries: readonly Entry[] = [];
  @property({ attribute: false }) kind: "convert" | "delete" = "convert";
  @state() private outcomes = new Map<string, Outcome>();
  @state() private phase: "preview" | "ready" | "running" | "done" = "preview";
  @state() private isAllowed = false;

  // With many codes, this takes minutes.
  protected override get mustStay(): boolean {
    return this.phase === "ready" && this.isBusy;
  }

  protected override firstUpdated(): void {
    super.firstUpdated();
    // The first rendering must be over before this changes something.
    void this.updateComplete.then(() => this.preview());
  }

  private show(entry: Entry, outcome: Outcome): void {
    this.outcomes = new Map(this.outcomes).set(entry.code.access_code_id, outcome);
  }

  /** The codes that the preview found possible. */
  private get possible(): Entry[] {
    return this.entries.filter(
      ({ code }) => this.outcomes.get(code.access_code_id)?.tone === "info",
    );
  }

  private async preview(): Promise<void> {
    const { t, hass } = this.context;
    const { entries, kind } = this;
    const refused: Key =
      kind === "convert" ? "outcome_not_convertible" : "outcome_not_deletable";
    const possible: Key =
      kind === "convert" ? "outcome_would_convert" : "outcome_would_delete";
    const checked: Entry[] = [];
    for (const entry of entries) {
      // One that is never converted would stop the conversion of the others.
      const isOffline =
        kind === "convert" && entries.length > 1 && entry.lock.online === false;
      const can = isOffline
        ? t("is_offline", { lock: entry.lock.name })
        : entry.code.can[kind];
      if (kind === "convert" && can === true) checked.push(entry);
      else
        this.show(entry, {
          key: can === true ? possible : refused,
          tone: can === true ? "info" : "bad",
          reason: can === true ? undefined : can,
        });
    }
    if (checked.length > 0) {
      this.isBusy = true;
      this.error = "";
      try {
        const rows = await command(hass, "preview", {
          kind,
          entity_ids: [...new Set(checked.map(({ lock }) => lock.entity_id))],
        });
        for (const entry of checked) {
          const row = rows[entry.lock.entity_id];
          const found = row?.access_codes?.find(
            ({ access_code_id }) => access_code_id === entry.code.access_code_id,
          );
          const isPossible = found?.outcome === "would_convert";
          this.show(entry, {
            key: isPossible ? possible : refused,
            tone: isPossible ? "info" : "bad",
            reason:
              row?.error ?? found?.reason ?? (found ? undefined : t("no_such_code")),
          });
        }
      } catch (error) {
        this.showError(error);
        return;
      } finally {
        this.isBusy = false;
      }
    }
    this.phase = "ready";
  }

  /** Home Assistant tries one of several codes before it converts the others. */
  private get hasCanary(): boolean {
    return this.kind === "convert" && this.possible.length > 1;
  }

  private async start(): Promise<void> {
    const { possible } = this;
    const { t, hass } = this.context;
    this.isBusy = true;
    try {
      await command(hass, "conversion/start", {
        entity_ids: [...new Set(possible.map(({ lock }) => lock.entity_id))],
        access_code_ids: possible.map(({ code }) => code.access_code_id),
        ...(this.isAllowed ? { allow_external_modification: true } : {}),
      });
      this.isBusy = false;
      this.close();
      this.announce(t("conversion_started"));
    } catch (error) {
      this.isBusy = false;
      this.showError(error);
    }
  }

  private async run(): Promise<void> {
    if (this.phase !== "ready" || this.isBusy) return;
    if (this.hasCanary) {
      await this.start();
      return;
    }
    this.phase = "running";
    await this.sendAll(() => this.send());
    this.phase = "done";
    if (!this.isShown) this.announce(this.result());
  }

  protected override get hasWaiting(): boolean {
    return [...this.outcomes.values()].some(isWaiting);
  }

  private async send(): Promise<void> {
    const { possible, kind } = this;
    const { t, hass } = this.context;
    for (const entry of possible)
      this.show(entry, { key: "outcome_waiting", tone: "" });
    // One after the other: if the connection is lost, the rest stays as it is.
    for (const entry of possible) {
      const state = this.changedState(entry);
      if (state) {
        const reason = stateText(this.context, state);
        this.show(entry, { key: "outcome_not_done", tone: "bad", reason });
        continue;
      }
      this.show(entry, { key: "outcome_running", tone: "info" });
      try {
        const answer = await codeCommand(
          hass,
          kind,
          entry.lock,
          entry.code,
          kind === "convert" && this.isAllowed
            ? { allow_external_modification: true }
            : {},
        );
        const row = answer.access_codes?.[0] ?? answer;
        this.show(entry, { ...outcomeOf(row.outcome), reason: row.reason });
      } catch (error) {
        this.show(entry, outcomeOfError(error, t));
        if (error instanceof CommandError && error.lost) break;
      }
    }
    for (const entry of possible)
      if (this.outcomes.get(entry.code.access_code_id)?.key === "outcome_waiting")
        this.show(entry, { key: "outcome_not_done", tone: "bad" });
  }

  /** Return the state of a code that was expired and no longer is: it was extended. */
  private changedState({ lock, code }: Entry): CodeState | undefined {
    if (this.kind !== "delete" || code.state !== "expired") return undefined;
    const state = this.snapshot.locks
      .find(({ device_id }) => device_id === lock.device_id)
      ?.codes.find(({ access_code_id: id }) => id === code.access_code_id)?.state;
    return state === "expired" || state === "removing" ? undefined : state;
  }

  /** What happens to the codes. */
  private get text(): Key {
    if (this.kind === "convert") return "convert_text";
    const isIdle = !this.entries.some(({ code }) => mayWork(code));
    return isIdle ? "delete_idle_text" : "delete_many_text";
  }

  private result(): string {
    const done = [...this.outcomes.values()].filter(
      ({ tone }) => tone === "good",
    ).length;
    return this.context.t("result_of", { done, count: this.entries.length });
  }

  /** Show which of the selected codes stay as they are. The list says why. */
  private leftOut(): TemplateResult | typeof nothing {
    const { t, hass } = this.context;
    const { entries, possible, kind } = this;
    const refused = entries.filter((entry) => !possible.includes(entry));
    if (refused.length === 0) return nothing;
    const list = new Intl.ListFormat(hass.locale.language, { type: "unit" });
    return html`<p>
      <bdi>
        ${t(kind === "convert" ? "convert_left_out" : "delete_left_out", {
          count: refused.length,
          // Several locks may have a code with the same name.
          names: list.format(new Set(refused.map(({ code }) => label(code)))),
        })}
      </bdi>
    </p>`;
  }

  protected override render() {
    const { t, connected } = this.context;
    const { kind, phase, entries, possible } = this;
    const count = (phase === "ready" && possible.length) || entries.length;
    const isRunning = phase === "running";
    const isConversion = kind === "convert";
    const title =
      phase === "done"
        ? t(isConversion ? "conversion_done" : "deletion_done")
        : isRunning
          ? t(isConversion ? "converting" : "deleting")
          : t(isConversion ? "convert_title" : "delete_many_title", { count });
    const isAsking = phase === "preview" || phase === "ready";
    return this.frame(
      title,
      html`
        ${isAsking ? html`<p>${t(this.text, { count })}</p>` : nothing}
        ${phase === "ready" ? this.leftOut() : nothing}
        ${this.hasCanary && phase === "ready" ? html`<p>${t("convert_canary")}</p>` : nothing}
        <ul>
          ${entries.map(({ lock, code }) => {
            const outcome = this.outcomes.get(code.access_code_id);
            return html`<li>
              <span class="text">
                <span class="cut"><bdi>${label(code)}</bdi></span>
                <span class="secondary"><bdi>${lock.name}</bdi></span>
              </span>
              ${
                outcome || !this.error
                  ? html`<span class="chip ${outcome?.tone ?? ""}"
                      >${t(outcome?.key ?? "checking")}</span
                    >`
                  : nothing
              }
              ${
                outcome?.reason
                  ? html`<p class="secondary"><bdi>${outcome.reason}</bdi></p>`
                  : nothing
              }
            </li>`;
          })}
        </ul>
        ${
          kind === "convert" && phase === "ready"
            ? html`<label class="check">
                <input
                  type="checkbox"
                  .checked=${live(this.isAllowed)}
                  @change=${(event: Event) => {
                    this.isAllowed = (event.target as HTMLInputElement).checked;
                  }}
                />
                ${t("convert_allow")}
              </label>`
            : nothing
        }
        <p role="status" class="secondary">${isRunning || phase === "done" ? this.result() : nothing}</p>
        <div role="status">${this.renderKeepOpen()}</div>
      `,
      phase === "done"
        ? html`<button class="filled" @click=${this.close}>${t("done")}</button>`
        : html`
            <button @click=${this.close}>${t(isRunning ? "close" : "cancel")}</button>
            ${
              phase === "preview" && this.error
                ? html`<button
                    class="filled"
                    ?disabled=${!connected}
                    @click=${this.preview}
                  >
                    ${t("retry")}
                  </button>`
                : html`<button
                    class="filled ${kind === "delete" ? "danger" : ""}"
                    ?disabled=${phase !== "ready" || this.isBusy || possible.length === 0 || !connected}
                    @click=${this.run}
                  >
                    ${
                      isRunning
                        ? html`<span class="spinner"></span>
                            ${title}`
                        : t(kind)
                    }
                  </button>`
            }
          `,
    );
  }

  static override styles = [
    ...SeamDialog.styles,
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
      li p {
        width: 100%;
      }
      .text {
        flex: 1;
        min-width: 0;
        display: grid;
      }
      .check {
        display: flex;
        gap: 12px;
        align-items: center;
        cursor: pointer;
      }
      .check input {
        width: 20px;
        height: 20px;
        margin: 0;
        accent-color: var(--primary-color);
      }
    `,
  ];
}
