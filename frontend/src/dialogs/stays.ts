import { css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { previewStays } from "../api";
import { element } from "../element";
import { formatTime } from "../logic/formats";
import { keptBanner } from "../parts";
import { textOf } from "../texts";
import type { Preview, PreviewRow, Stays } from "../types";
import { SeamDialog } from "./dialog";

const GROUPS = ["created", "moved", "renamed", "deleted", "not_possible"] as const;

/** Shows what would be done about the codes of stays. */
@element("seam-stays-dialog")
export class SeamStaysDialog extends SeamDialog {
  @property({ attribute: false }) stays!: Stays;
  @state() private preview: Preview | undefined;

  // Nothing is lost if it is closed while it loads.
  protected override get mustStay(): boolean {
    return false;
  }

  protected override firstUpdated(): void {
    super.firstUpdated();
    void this.load();
  }

  private async load(): Promise<void> {
    this.isBusy = true;
    this.error = "";
    try {
      this.preview = await previewStays(this.context.hass, this.stays.subentry_id);
    } catch (error) {
      if (this.isShown) this.showError(error);
    } finally {
      this.isBusy = false;
    }
  }

  protected override render() {
    const { context, stays } = this;
    const { t } = context;
    return this.frame(
      t("preview_of", { name: stays.title }),
      html`<div class="groups" aria-live="polite" aria-busy=${this.isBusy}>
        ${this.content()}
      </div>`,
      html`
        ${
          this.error
            ? html`<button
                ?disabled=${this.isBusy || !context.connected}
                @click=${this.load}
              >
                ${t("retry")}
              </button>`
            : nothing
        }
        <button class="filled" @click=${this.close}>${t("done")}</button>
      `,
    );
  }

  private content(): TemplateResult | typeof nothing {
    const { preview } = this;
    const { t } = this.context;
    if (!preview) {
      return this.isBusy
        ? html`<p class="checking"><span class="spinner"></span> ${t("checking")}</p>`
        : nothing;
    }
    const groups = GROUPS.filter((group) => preview[group].length > 0);
    // Without a name, there is no code, and a stay is only remembered.
    const left = preview.left.filter(({ name }) => name);
    return html`
      ${keptBanner(this.context, this.stays)}
      ${
        groups.some((group) => group !== "not_possible")
          ? html`<p class="secondary">${t("preview_hint")}</p>`
          : html`<p>${this.heading("nothing")}.</p>`
      }
      ${groups.map((group) =>
        this.group(
          this.heading(group),
          preview[group].map((row) => this.row(row)),
        ),
      )}
      ${
        left.length > 0
          ? this.group(
              t("preview_left"),
              left.map((row) => this.row(row)),
            )
          : nothing
      }
      ${
        preview.overlaps.length > 0
          ? this.group(
              this.heading("overlaps"),
              preview.overlaps.map(({ stay, other, ...where }) =>
                this.row({
                  ...where,
                  name: stay,
                  reason: t("overlaps_with", { names: other }),
                }),
              ),
            )
          : nothing
      }
    `;
  }

  /** Return a text that the form of the stays uses, too. */
  private heading(key: string): string {
    return textOf(this.context.hass.connection, `selector.stay_preview.options.${key}`);
  }

  private group(title: string, rows: TemplateResult[]): TemplateResult {
    return html`<section>
      <h2>${title} <span class="secondary">${rows.length}</span></h2>
      <ul>
        ${rows}
      </ul>
    </section>`;
  }

  private row({ name, lock, starts_at, ends_at, reason }: PreviewRow): TemplateResult {
    const { t, hass } = this.context;
    const time = (iso: string) => formatTime(hass, iso, new Date());
    return html`<li>
      <p><bdi>${name ?? "–"}</bdi></p>
      <p class="secondary">
        ${lock ? html`<bdi>${lock}</bdi>` : nothing}${lock && starts_at ? " · " : nothing}${
          starts_at && ends_at
            ? t("from_to", { start: time(starts_at), end: time(ends_at) })
            : nothing
        }
      </p>
      ${reason ? html`<p class="secondary"><bdi>${reason}</bdi></p>` : nothing}
    </li>`;
  }

  static override styles = [
    ...SeamDialog.styles,
    css`
      .groups,
      section {
        display: grid;
        gap: 12px;
      }
      .checking {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      ul {
        display: grid;
        gap: 8px;
      }
    `,
  ];
}
