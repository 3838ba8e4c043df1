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
import type { Conversion, Entry, Lock, SelectedCode } from "../types";

export function isRunning(conversion: Conversion | null): boolean {
  return conversion?.state === "running" || conversion?.state === "watching";
}

function stopText(t: Translate, { reason }: Conversion): string {
  switch (reason) {
    case "failed":
    case "interrupted":
    case "new_error":
    case "unconfirmed":
    case "unreachable":
      return t(`conversion_${reason}`);
    default:
      return "";
  }
}

/** The progress and the report of a conversion. Every page shows the same. */
@element("seam-conversion")
export class SeamConversion extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) workspace!: Entry;
  @property({ attribute: false }) locks: readonly Lock[] = [];
  @state() private isBusy = false;

  protected override willUpdate(changes: PropertyValues): void {
    const before = changes.get("workspace") as Entry | undefined;
    // While it stops, it may still go on to say how far it is.
    if (before && isRunning(before.conversion) !== isRunning(this.workspace.conversion))
      this.isBusy = false;
  }

  private lockName(entityId: string): string {
    return (
      this.locks.find(({ entity_id }) => entity_id === entityId)?.name ??
      this.workspace.conversion?.locks[entityId] ??
      entityId
    );
  }

  /** Return the name of a code and its lock; conversions may change the ID of a code. */
  private nameOf({ entity_id, access_code_id }: SelectedCode): string {
    const code = this.locks
      .find((lock) => lock.entity_id === entity_id)
      ?.codes.find((code) => code.access_code_id === access_code_id);
    const lock = this.lockName(entity_id);
    return code ? `${label(code)} · ${lock}` : lock;
  }

  /** Return names; codes that are gone have those of their locks, once. */
  private namesOf(codes: readonly SelectedCode[]): string[] {
    return [...new Set(codes.map((code) => this.nameOf(code)))];
  }

  private async send(type: "stop" | "dismiss"): Promise<void> {
    if (this.isBusy) return;
    const { hass, t } = this.context;
    this.isBusy = true;
    try {
      await command(hass, `conversion/${type}`, { entry_id: this.workspace.entry_id });
    } catch (error) {
      this.isBusy = false;
      announce(this, errorText(error, t));
    }
  }

  protected override render() {
    const { conversion } = this.workspace;
    if (!conversion) return nothing;
    const { t, connected } = this.context;
    const { done, failed, uncertain, left } = conversion;
    const values = {
      lock: this.lockName(conversion.entity_id),
      done: done.length,
      count: done.length + failed.length + uncertain.length + left.length,
    };
    const running = isRunning(conversion);
    const isGood = conversion.state === "done" && failed.length === 0;
    return html`<section class="box">
      ${
        running
          ? html`<span class="spinner"></span>`
          : icon(isGood ? mdiCheckDecagramOutline : mdiAlertCircleOutline)
      }
      <div class="text">
        <div role="status">
          <h2>${t(`conversion_${conversion.state}`, values)}</h2>
          <p class="secondary">${t("conversion_progress", values)}</p>
        </div>
        ${
          conversion.state === "watching"
            ? html`<p>${t("conversion_watching_hint", values)}</p>`
            : nothing
        }
        ${conversion.state === "stopped" ? html`<p>${stopText(t, conversion)}</p>` : nothing}
        ${conversion.error ? html`<p><bdi>${sentence(conversion.error)}</bdi></p>` : nothing}
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
          conversion.state === "stopped" && uncertain.length > 0
            ? html`<p>${t("conversion_uncertain")}</p>
                <ul>
                  ${this.namesOf(uncertain).map((name) => html`<li><bdi>${name}</bdi></li>`)}
                </ul>`
            : nothing
        }
        ${
          conversion.state === "stopped" && left.length > 0
            ? html`<details>
                <summary>${t("conversion_left", { count: left.length })}</summary>
                <ul>
                  ${this.namesOf(left).map((name) => html`<li><bdi>${name}</bdi></li>`)}
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
            ${t(running ? (this.isBusy ? "conversion_stopping" : "stop") : "dismiss")}
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
