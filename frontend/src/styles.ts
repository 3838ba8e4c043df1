import { css } from "lit";

/** A search and the choices beside it. */
export const tools = css`
  .search {
    flex: 1 1 180px;
    display: flex;
    align-items: center;
    position: relative;
  }
  .search svg {
    position: absolute;
    inset-inline-start: 12px;
    color: var(--secondary-text-color);
    pointer-events: none;
  }
  .tools :is(input, select) {
    height: 44px;
    max-width: 100%;
    border: 1px solid var(--divider-color);
    border-radius: 22px;
    background: var(--card-background-color);
    padding: 0 16px;
  }
  .tools input {
    width: 100%;
    padding-inline-start: 44px;
    font-size: 1rem;
  }
  .box.empty {
    padding: 16px;
  }
  .tools select {
    max-width: 200px;
  }
`;

export const shared = css`
  :host {
    color: var(--primary-text-color);
    --seam-radius: var(--ha-card-border-radius, 12px);
    --seam-gap: 16px;
    /* Home Assistant's error color is too light for text. */
    --seam-error-text: color-mix(
      in srgb,
      var(--error-color, #db4437) 72%,
      var(--primary-text-color)
    );
  }
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul {
    margin: 0;
    padding: 0;
  }
  ul {
    list-style: none;
  }
  h2 {
    font-size: 1rem;
    font-weight: 500;
  }
  /* "Today", from a formatter that does not know where the text stands. */
  .times::first-letter {
    text-transform: uppercase;
  }
  svg {
    width: 24px;
    height: 24px;
    fill: currentcolor;
    flex: none;
    display: block;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  /* The browser's own arrow touches a round border. */
  select {
    appearance: none;
    padding-inline-end: 34px !important;
    background-image:
      linear-gradient(45deg, transparent 50%, currentcolor 50%),
      linear-gradient(-45deg, transparent 50%, currentcolor 50%) !important;
    background-position:
      right 19px top 50%,
      right 14px top 50% !important;
    background-size: 5px 5px !important;
    background-repeat: no-repeat !important;
  }
  select:dir(rtl) {
    background-position:
      left 14px top 50%,
      left 19px top 50% !important;
  }
  /* Texts and names may be of a language with the other direction. */
  :host(:dir(rtl)) {
    text-align: right;
  }
  :is(h1, h2, h3, p, span, small, label, button, a, td, div):dir(rtl) {
    unicode-bidi: plaintext;
  }
  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: 40px;
    padding: 8px 16px;
    border: 0;
    border-radius: 20px;
    background: none;
    color: var(--seam-action-color, var(--primary-text-color));
    font-weight: 500;
    text-decoration: none;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  button:hover:not(:disabled, [aria-disabled="true"]),
  .button:hover {
    background: color-mix(in srgb, currentcolor 8%, transparent);
  }
  button:disabled {
    opacity: 0.5;
    cursor: default;
  }
  button svg {
    width: 20px;
    height: 20px;
  }
  button.filled {
    background: var(--seam-filled, #0b6b8f);
    color: #fff;
  }
  button.filled:hover:not(:disabled) {
    background: color-mix(in srgb, var(--seam-filled, #0b6b8f) 88%, black);
  }
  button.filled.danger {
    --seam-filled: #b3261e;
  }
  button.tonal,
  .button.tonal {
    background: color-mix(in srgb, var(--primary-color) 16%, transparent);
  }
  button.tonal:hover:not(:disabled),
  .button.tonal:hover {
    background: color-mix(in srgb, var(--primary-color) 26%, transparent);
  }
  button.icon {
    width: 40px;
    padding: 0;
    flex: none;
    color: var(--secondary-text-color);
  }
  button.icon svg {
    width: 24px;
    height: 24px;
  }
  :focus-visible {
    outline: 2px solid var(--primary-color);
    outline-offset: 2px;
  }
  .box {
    background: var(--ha-card-background, var(--card-background-color));
    border: var(--ha-card-border-width, 1px) solid
      var(--ha-card-border-color, var(--divider-color));
    border-radius: var(--seam-radius);
    overflow: hidden;
  }
  .section {
    display: flex;
    align-items: baseline;
    gap: 8px;
    padding: 14px 16px 6px;
  }
  .section h2 {
    flex: 1;
  }
  .secondary {
    color: var(--secondary-text-color);
    font-size: 0.875rem;
  }
  .box > .ask-admin {
    padding: 0 16px 6px;
  }
  .empty {
    padding: 8px 16px 16px;
    color: var(--secondary-text-color);
    font-size: 0.875rem;
  }
  .cut {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding: 2px 10px 2px 8px;
    border-radius: 12px;
    font-size: 0.875rem;
    line-height: 20px;
    white-space: nowrap;
    --tone: var(--disabled-text-color, #888);
    background: color-mix(in srgb, var(--tone) 14%, transparent);
  }
  .chip::before {
    content: "";
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: var(--tone);
  }
  .chip.good {
    --tone: var(--success-color, #43a047);
  }
  .chip.info {
    --tone: var(--info-color, #039be5);
  }
  .chip.warn {
    --tone: var(--warning-color, #ffa600);
  }
  .chip.bad {
    --tone: var(--error-color, #db4437);
  }
  .chip.plain::before {
    display: none;
  }
  .chip.plain {
    padding-inline-start: 10px;
  }
  .banner {
    display: flex;
    gap: 12px;
    padding: 12px 16px;
    border-radius: var(--seam-radius);
    align-items: flex-start;
    --tone: var(--warning-color, #ffa600);
    background: color-mix(
      in srgb,
      var(--tone) 14%,
      var(--ha-card-background, var(--card-background-color))
    );
    overflow-wrap: anywhere;
  }
  .banner > svg {
    color: var(--tone);
  }
  .remedies {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  /* Below the icon, there is room for two. */
  @media (max-width: 600px) {
    .banner > svg + .text .remedies {
      margin-inline-start: -36px;
    }
  }
  .banner.bad {
    --tone: var(--error-color, #db4437);
  }
  .banner .tonal {
    margin-block-start: 4px;
    background: var(--ha-card-background, var(--card-background-color));
  }
  .banner .text {
    flex: 1;
    min-width: 0;
    display: grid;
    gap: 4px;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  /* Without a gap, but not hidden: screen readers must know it before it has a text. */
  :is([role="status"], [aria-live]):empty {
    position: absolute;
  }
  .spinner {
    width: 20px;
    height: 20px;
    border: 2px solid color-mix(in srgb, currentcolor 25%, transparent);
    border-top-color: currentcolor;
    border-radius: 50%;
    flex: none;
    animation: spin 1s linear infinite;
  }
  /* In a text. */
  .link {
    color: inherit;
  }
  /* Fingers need targets of this height. */
  @media (pointer: coarse), (max-width: 600px) {
    :is(
      button,
      .button,
      summary,
      select,
      input:not([type="checkbox"], [type="radio"]),
      label:has([type="checkbox"], [type="radio"]),
      .link
    ) {
      min-height: 44px;
    }
    button.icon {
      width: 44px;
    }
    .link {
      display: inline-flex;
      align-items: center;
      max-width: 100%;
      /* The lines stay as far apart as they are, also those of a long name. */
      padding-block: 12px;
      margin-block: -12px;
    }
  }
  @keyframes spin {
    to {
      rotate: 1turn;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`;

/** The styles of the message that actions show for a few seconds. */
export const toastStyles = css`
  .toast {
    position: fixed;
    z-index: 10;
    inset-block-end: calc(24px + env(safe-area-inset-bottom, 0px));
    inset-inline: 16px;
    margin-inline: auto;
    width: fit-content;
    max-width: 560px;
    padding: 14px 20px;
    border-radius: 12px;
    background: #323232;
    color: #fff;
    overflow-wrap: anywhere;
    pointer-events: none;
    opacity: 0;
    transition: opacity 150ms;
    box-shadow: 0 4px 12px rgb(0 0 0 / 30%);
  }
  .toast[data-shown] {
    pointer-events: auto;
    opacity: 1;
  }
`;
