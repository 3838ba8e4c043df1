import {
  mdiAlertCircleOutline,
  mdiCheckCircleOutline,
  mdiHelpCircleOutline,
  mdiWifiOff,
} from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { property } from "lit/decorators.js";
import { isLock } from "./card";
import { SeamHost } from "./context";
import { element } from "./element";
import { pageTexts } from "./language";
import { type Status, summary } from "./logic/groups";
import { icon } from "./parts";
import { unavailableIds } from "./store";
import { shared } from "./styles";
import type { HomeAssistant } from "./types";

const FEATURE = "seam-access-codes-feature";

const LOOKS: Record<Status, readonly [icon: string, tone: string]> = {
  ok: [mdiCheckCircleOutline, "good"],
  problem: [mdiAlertCircleOutline, "bad"],
  offline: [mdiWifiOff, "bad"],
  unknown: [mdiHelpCircleOutline, ""],
};

/** How Home Assistant says what a feature is about. */
interface FeatureContext {
  entity_id?: string;
}

/** A link to the page of a lock, which says whether its codes are OK. */
@element("seam-codes-link")
export class SeamCodesLink extends SeamHost {
  @property({ attribute: false }) entityId: string | undefined;

  protected override render() {
    const { snapshot, hass } = this;
    const { t, isCurrent } = this.context;
    const lock = snapshot?.locks.find(({ entity_id }) => entity_id === this.entityId);
    const isKnown =
      isCurrent && lock && !unavailableIds(snapshot?.entries ?? []).has(lock.entry_id);
    const { status, count } = summary(isKnown ? lock : undefined);
    const [path, tone] = LOOKS[status];
    const key =
      status === "ok" && count === 0 ? "count_none" : (`feature_${status}` as const);
    // Without the panel, this is a text.
    const href =
      lock && "seam" in hass.panels ? `/seam/lock/${lock.device_id}` : nothing;
    return html`<a class=${tone} href=${href}>
      ${icon(path)}
      <span class="cut">
        ${snapshot || this.failed ? t(key, { count }) : t("loading")}
      </span>
    </a>`;
  }

  static override styles = [
    shared,
    css`
      a {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: 8px;
        height: var(--feature-height, 42px);
        padding-inline: 12px;
        border-radius: var(--feature-border-radius, 12px);
        --tone: var(--disabled-text-color, #888);
        background: color-mix(in srgb, var(--tone) 20%, transparent);
        color: inherit;
        font-weight: 500;
        text-decoration: none;
      }
      a[href]:hover {
        background: color-mix(in srgb, var(--tone) 30%, transparent);
      }
      .good {
        --tone: var(--success-color, #43a047);
      }
      .bad {
        --tone: var(--error-color, #db4437);
      }
      svg {
        width: 20px;
        height: 20px;
      }
    `,
  ];
}

/** The feature of a tile card. Home Assistant gives it a context of its own. */
@element(FEATURE)
export class SeamAccessCodesFeature extends LitElement {
  @property({ attribute: false }) hass!: HomeAssistant;
  @property({ attribute: false }) context: FeatureContext = {};

  setConfig(): void {}

  protected override render() {
    return html`<seam-codes-link
      .hass=${this.hass}
      .entityId=${this.context.entity_id}
    ></seam-codes-link>`;
  }
}

interface CustomCardFeature {
  type: string;
  name: string;
  isSupported(hass: HomeAssistant, context: FeatureContext): boolean;
}

const page = window as unknown as { customCardFeatures?: CustomCardFeature[] };
page.customCardFeatures ??= [];
const features = page.customCardFeatures;
if (!features.some(({ type }) => type === FEATURE)) {
  features.push({
    type: FEATURE,
    get name() {
      return pageTexts()("feature_name");
    },
    isSupported: (hass, { entity_id }) =>
      entity_id !== undefined && isLock(hass, entity_id),
  });
}
