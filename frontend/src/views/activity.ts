import { mdiDownload } from "@mdi/js";
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Context } from "../context";
import { element } from "../element";
import {
  type Activity,
  activities,
  csv,
  matching,
  methodText,
  sources,
} from "../logic/activity";
import { formatTime } from "../logic/formats";
import { DAY } from "../logic/times";
import { icon, searchField, showMore } from "../parts";
import { RETRY_MILLISECONDS } from "../store";
import { shared, tools } from "../styles";
import type { HistoryMessage, HomeAssistant, Lock } from "../types";

const PERIODS = [1, 7, 30] as const;
const ROWS = 100;
const BAD = /^(access_denied|tampered|.*failed_to_.*)$/;

/** Who used which code when, and what became of codes. */
@element("seam-activity")
export class SeamActivity extends LitElement {
  @property({ attribute: false }) context!: Context;
  /** Newer than that of the context, which stays while only entities change. */
  @property({ attribute: false }) hass!: HomeAssistant;
  @property({ attribute: false }) locks: readonly Lock[] = [];
  @state() private period: (typeof PERIODS)[number] = 7;
  @state() private lockId = "";
  @state() private search = "";
  @state() private limit = ROWS;
  @state() private status: "loading" | "loaded" | "off" | "failed" = "loading";
  /** By their keys; replaced when it changes. */
  @state() private all: ReadonlyMap<string, Activity> = new Map();
  @state() private retries = 0;
  /** What the activity is of. It stays while the connection is lost. */
  private content = "";
  private subscription: { key: string; stop: () => void } | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.subscription?.stop();
    this.subscription = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  protected override willUpdate(_: PropertyValues): void {
    const { hass } = this;
    const entities = sources(hass, this.locks);
    const content = JSON.stringify([this.period, [...entities.keys()]]);
    const key = `${this.context.connected} ${this.retries} ${content}`;
    if (!this.isConnected || this.subscription?.key === key) return;
    this.subscription?.stop();
    this.subscription = { key, stop: () => {} };
    if (this.content !== content) {
      this.content = content;
      this.all = new Map();
      this.limit = ROWS;
      this.status = entities.size > 0 ? "loading" : "off";
    }
    if (entities.size > 0 && this.context.connected) this.subscribe(key, entities);
  }

  private subscribe(key: string, entities: Map<string, Lock>): void {
    const since = Date.now() - this.period * DAY;
    let isCurrent = true;
    const subscribed = this.context.hass.connection.subscribeMessage<HistoryMessage>(
      (message) => {
        if (!isCurrent) return;
        const all = new Map(this.all);
        for (const activity of activities(message, entities)) {
          all.set(activity.key, activity);
        }
        this.all = all;
        this.status = "loaded";
      },
      {
        type: "history/stream",
        entity_ids: [...entities.keys()],
        start_time: new Date(since).toISOString(),
        include_start_time_state: false,
        significant_changes_only: false,
      },
      // The connection would do it once, without waiting for the history integration.
      { resubscribe: false },
    );
    subscribed.catch(() => {
      if (!isCurrent) return;
      this.status = "failed";
      setTimeout(() => {
        if (isCurrent) this.retries += 1;
      }, RETRY_MILLISECONDS);
    });
    this.subscription = {
      key,
      stop: () => {
        isCurrent = false;
        // It fails if the connection is lost, and then there is nothing to stop.
        subscribed.then((stop) => stop()).catch(() => {});
      },
    };
  }

  protected override render() {
    const { t } = this.context;
    const since = Date.now() - this.period * DAY;
    const rows = matching(this.all.values(), this.search, this.lockId, since);
    const locks = new Map(this.locks.map((lock) => [lock.device_id, lock]));
    return html`
      <div class="tools">
        ${searchField(t("search_activity"), this.search, (text) => {
          this.search = text;
        })}
        <label>
          <span class="visually-hidden">${t("lock")}</span>
          <select
            @change=${(event: Event) => {
              this.lockId = (event.target as HTMLSelectElement).value;
            }}
          >
            <option value="">${t("all_locks")}</option>
            ${this.locks.map(
              ({ device_id, name }) => html`<option
                value=${device_id}
                ?selected=${device_id === this.lockId}
              >
                ${name}
              </option>`,
            )}
          </select>
        </label>
        <label>
          <span class="visually-hidden">${t("period")}</span>
          <select
            @change=${(event: Event) => {
              const { value } = event.target as HTMLSelectElement;
              this.period = Number(value) as typeof this.period;
            }}
          >
            ${PERIODS.map(
              (days) => html`<option value=${days} ?selected=${days === this.period}>
                ${t(`period_${days}`)}
              </option>`,
            )}
          </select>
        </label>
        <button
          class="tonal"
          ?disabled=${rows.length === 0}
          @click=${() => this.download(rows, locks)}
        >
          ${icon(mdiDownload)} ${t("download")}
        </button>
      </div>
      ${
        rows.length === 0
          ? html`<p class="box empty" role="status">${this.reason()}</p>`
          : html`<ul class="box">
              ${repeat(
                rows.slice(0, this.limit),
                ({ key }) => key,
                (activity) => this.row(activity, locks.get(activity.lockId)),
              )}
            </ul>`
      }
      ${showMore(t, rows.length > this.limit, () => {
        this.limit += ROWS;
      })}
    `;
  }

  private reason(): string {
    const { t } = this.context;
    switch (this.status) {
      case "loading":
        return t("loading");
      case "off":
        return t("activity_off");
      case "failed":
        return t("activity_failed");
      default:
        return t(this.all.size > 0 ? "activity_no_match" : "activity_none");
    }
  }

  private row(activity: Activity, lock: Lock | undefined) {
    const { hass } = this.context;
    const { at, codeId, name, type } = activity;
    const detail = this.detail(activity);
    const hasCode = lock?.codes.some(({ access_code_id }) => access_code_id === codeId);
    return html`<li>
      <span class="chip ${BAD.test(type) ? "bad" : "info"}"
        >${this.eventText(activity)}</span
      >
      <span class="text">
        ${
          name
            ? html`<span
                >${
                  hasCode
                    ? html`<a class="link" href="/seam/codes/${codeId}"><bdi>${name}</bdi></a>`
                    : html`<bdi>${name}</bdi>`
                }</span
              >`
            : nothing
        }
        <span class="secondary">
          <bdi>${lock?.name}</bdi>${detail ? html` · <bdi>${detail}</bdi>` : nothing}
        </span>
      </span>
      <time class="secondary times" datetime=${at}>${formatTime(hass, at, new Date())}</time>
    </li>`;
  }

  /** Return the text that Home Assistant shows for the event. */
  private eventText({ entityId, other, type }: Activity): string {
    if (other) return other;
    const entity = { entity_id: entityId, state: "", attributes: {} };
    return this.hass.formatEntityAttributeValue(entity, "event_type", type);
  }

  private detail({ method, reason }: Activity): string {
    const texts = [methodText(this.context.t, method), reason];
    return texts.filter(Boolean).join(" · ");
  }

  private download(rows: readonly Activity[], locks: ReadonlyMap<string, Lock>): void {
    const { t } = this.context;
    const text = csv([
      [t("time"), t("lock"), t("event"), t("name"), t("detail")],
      ...rows.map((activity) => [
        activity.at,
        locks.get(activity.lockId)?.name ?? "",
        this.eventText(activity),
        activity.name,
        this.detail(activity),
      ]),
    ]);
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    const link = Object.assign(document.createElement("a"), {
      href: url,
      download: `seam-activity-${this.context.date}.csv`,
    });
    link.click();
    // Some browsers only start to read it after the click.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  static override styles = [
    shared,
    tools,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 12px;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .empty {
        padding: 24px 16px;
        text-align: center;
      }
      li {
        display: grid;
        grid-template-columns: 176px minmax(0, 1fr) auto;
        align-items: center;
        gap: 4px 12px;
        padding: 10px 16px;
        content-visibility: auto;
        contain-intrinsic-size: auto 62px;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      .chip {
        justify-self: start;
        white-space: normal;
      }
      @media (max-width: 600px) {
        li {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .text {
          grid-area: 2 / 1 / auto / -1;
        }
        .tools :is(label, button) {
          flex: 1 1 auto;
        }
        .tools select {
          width: 100%;
          max-width: none;
        }
      }
      .text {
        display: grid;
        overflow-wrap: anywhere;
      }
    `,
  ];
}
