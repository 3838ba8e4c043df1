import { mdiAlertCircleOutline, mdiCheckDecagramOutline } from "@mdi/js";
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";
import { command, errorText, sentence } from "../api";
import type { Context } from "../context";
import { element } from "../element";
import type { Translate } from "../language";
import { label } from "../logic/groups";
import { announce, icon } from "../parts";
import { shared } from "../styles";
import type { AdoptedCode, Adoption, Entry, Lock } from "../types";

export function isRunning(adoption: Adoption | null): boolean {
  return adoption?.state === "running" || adoption?.state === "watching";
}

function stopText(t: Translate, { reason }: Adoption): string {
  switch (reason) {
    case "failed":
    case "interrupted":
    case "new_error":
    case "unconfirmed":
    case "unreachable":
      return t(`adoption_${reason}`);
    default:
      return "";
  }
}

/** The progress and the report of an adoption. Every page shows the same. */
@element("seam-adoption")
export class SeamAdoption extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) workspace!: Entry;
  @property({ attribute: false }) locks: readonly Lock[] = [];
  @state() private isBusy = false;

  protected override willUpdate(changes: PropertyValues): void {
    if (changes.has("workspace")) this.isBusy = false;
  }

  private lockName(entityId: string): string {
    return this.locks.find(({ entity_id }) => entity_id === entityId)?.name ?? entityId;
  }

  /** Return the name of a code and its lock; conversions may change the ID of a code. */
  private nameOf({ entity_id, access_code_id }: AdoptedCode): string {
    const code = this.locks
      .find((lock) => lock.entity_id === entity_id)
      ?.codes.find((code) => code.access_code_id === access_code_id);
    const lock = this.lockName(entity_id);
    return code ? `${label(code)} · ${lock}` : lock;
  }

  private async send(type: "stop" | "dismiss"): Promise<void> {
    if (this.isBusy) return;
    const { hass, t } = this.context;
    this.isBusy = true;
    try {
      await command(hass, `adoption/${type}`, { entry_id: this.workspace.entry_id });
    } catch (error) {
      this.isBusy = false;
      announce(this, errorText(error, t));
    }
  }

  protected override render() {
    const { adoption } = this.workspace;
    if (!adoption) return nothing;
    const { t, connected } = this.context;
    const { done, failed, uncertain, left } = adoption;
    const values = {
      lock: this.lockName(adoption.entity_id),
      done: done.length,
      count: done.length + failed.length + uncertain.length + left.length,
    };
    const running = isRunning(adoption);
    const isGood = adoption.state === "done" && failed.length === 0;
    return html`<section class="box">
      ${
        running
          ? html`<span class="spinner"></span>`
          : icon(isGood ? mdiCheckDecagramOutline : mdiAlertCircleOutline)
      }
      <div class="text">
        <div role="status">
          <h2>${t(`adoption_${adoption.state}`, values)}</h2>
          <p class="secondary">${t("adoption_progress", values)}</p>
        </div>
        ${
          adoption.state === "watching"
            ? html`<p>${t("adoption_watching_hint", values)}</p>`
            : nothing
        }
        ${adoption.state === "stopped" ? html`<p>${stopText(t, adoption)}</p>` : nothing}
        ${adoption.error ? html`<p><bdi>${sentence(adoption.error)}</bdi></p>` : nothing}
        ${
          failed.length > 0
            ? html`<ul>
                ${failed.map(
                  (code) => html`<li>
                    <bdi>${this.nameOf(code)}</bdi>
                    <p class="secondary"><bdi>${code.error ? sentence(code.error) : t("outcome_failed")}</bdi></p>
                  </li>`,
                )}
              </ul>`
            : nothing
        }
        ${
          adoption.state === "stopped" && uncertain.length > 0
            ? html`<p>${t("adoption_uncertain")}</p>
                <ul>
                  ${uncertain.map((code) => html`<li><bdi>${this.nameOf(code)}</bdi></li>`)}
                </ul>`
            : nothing
        }
        ${
          adoption.state === "stopped" && left.length > 0
            ? html`<details>
                <summary>${t("adoption_left", { count: left.length })}</summary>
                <ul>
                  ${left.map((code) => html`<li><bdi>${this.nameOf(code)}</bdi></li>`)}
                </ul>
              </details>`
            : nothing
        }
        <p>
          <button
            class="tonal"
            aria-disabled=${this.isBusy ? "true" : nothing}
            ?disabled=${!connected}
            @click=${() => this.send(running ? "stop" : "dismiss")}
          >
            ${t(running ? (this.isBusy ? "adoption_stopping" : "stop") : "dismiss")}
          </button>
        </p>
      </div>
    </section>`;
  }

  static override styles = [
    shared,
    css`
      .box {
        display: flex;
        gap: 12px;
        padding: 16px;
        overflow-wrap: anywhere;
      }
      .text {
        flex: 1;
        min-width: 0;
        display: grid;
        gap: 8px;
      }
      summary {
        padding-block: 10px;
        cursor: pointer;
      }
    `,
  ];
}
