import { mdiPlus } from "@mdi/js";
import { css, html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { SeamActions } from "./dialogs/host";
import { element } from "./element";
import { pageTexts } from "./language";
import { banners, icon } from "./parts";
import { lacksLocks } from "./store";
import { shared, toastStyles } from "./styles";
import type { HomeAssistant, Lock } from "./types";
import "./views/lock-page";

const CARD = "seam-access-codes-card";

interface CardConfig {
  type: string;
  entity?: string;
}

export function isLock({ entities }: HomeAssistant, id: string): boolean {
  return id.startsWith("lock.") && entities[id]?.platform === "seam";
}

/** The page of a lock, as a card for dashboards. */
@element(CARD)
export class SeamAccessCodesCard extends SeamActions {
  @state() private config: CardConfig | undefined;

  setConfig(config: CardConfig): void {
    this.config = config;
  }

  static getStubConfig(
    hass: HomeAssistant,
    unused: readonly string[],
    all: readonly string[],
  ): Partial<CardConfig> {
    const entity = [...unused, ...all].find((id) => isLock(hass, id));
    return entity ? { entity } : {};
  }

  static getConfigForm() {
    return {
      schema: [
        {
          name: "entity",
          required: true,
          selector: { entity: { filter: { integration: "seam", domain: "lock" } } },
        },
      ],
      computeLabel: () => pageTexts()("card_lock"),
    };
  }

  getCardSize(): number {
    return 8;
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  protected override render() {
    const { t, isAdmin, connected } = this.context;
    const { snapshot } = this;
    const lock = snapshot?.locks.find(
      ({ entity_id }) => entity_id === this.config?.entity,
    );
    return html`
      <ha-card>
        <div class="card">
          <header>
            <h2 class="cut"><bdi>${lock?.name ?? t("title")}</bdi></h2>
            ${
              lock && isAdmin && lock.can.create === true
                ? html`<button
                    class="tonal"
                    ?disabled=${!connected}
                    @click=${() => this.act({ action: "add", lock })}
                  >
                    ${icon(mdiPlus)} ${t("add_guest")}
                  </button>`
                : nothing
            }
          </header>
          ${banners(this.context, snapshot, lock?.entry_id)}
          ${this.content(lock)}
        </div>
      </ha-card>
      ${this.overlay()}
    `;
  }

  private content(lock: Lock | undefined): TemplateResult {
    const { context, snapshot } = this;
    const { t } = context;
    if (lock) {
      return html`<seam-lock-page
        .context=${context}
        .lock=${lock}
        .stays=${snapshot?.stays ?? []}
      ></seam-lock-page>`;
    }
    const text = !this.config?.entity
      ? t("card_choose")
      : snapshot
        ? t(lacksLocks(snapshot) ? "not_set_up" : "no_such_lock")
        : t(this.failed ? "not_set_up" : "loading");
    return html`<p class="secondary" role="status">${text}</p>`;
  }

  static override styles = [
    shared,
    toastStyles,
    css`
      .card {
        display: grid;
        gap: 12px;
        padding: 16px;
        line-height: 1.5;
        --seam-gap: 12px;
      }
      header {
        display: flex;
        align-items: center;
        gap: 12px;
      }
      header h2 {
        flex: 1;
        font-size: 1.25rem;
        font-weight: 400;
      }
    `,
  ];
}

interface CustomCard {
  type: string;
  name: string;
  description: string;
  documentationURL: string;
  getEntitySuggestion(
    hass: HomeAssistant,
    entity: string,
  ): { config: CardConfig } | null;
}

const page = window as unknown as { customCards?: CustomCard[] };
page.customCards ??= [];
const cards = page.customCards;
if (!cards.some(({ type }) => type === CARD)) {
  // The language is loaded by the time that somebody adds a card.
  pageTexts();
  cards.push({
    type: CARD,
    get name() {
      return pageTexts()("card_name");
    },
    get description() {
      return pageTexts()("card_description");
    },
    documentationURL: "https://github.com/ha-seam/ha-seam",
    getEntitySuggestion: (hass, entity) =>
      isLock(hass, entity) ? { config: { type: `custom:${CARD}`, entity } } : null,
  });
}
