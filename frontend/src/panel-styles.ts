/** The styles of the panel around its pages. */

import { css } from "lit";

export const panelStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100vh;
    height: 100dvh;
    background: var(--primary-background-color);
    font-family: var(--ha-font-family-body, Roboto, sans-serif);
    line-height: 1.5;
  }
  header {
    padding-top: var(--safe-area-inset-top, env(safe-area-inset-top, 0px));
    background: var(--app-header-background-color, var(--primary-color));
    color: var(--app-header-text-color, #fff);
    border-bottom: var(--app-header-border-bottom, none);
    flex: none;
  }
  .bar {
    display: flex;
    align-items: center;
    gap: 8px;
    height: var(--header-height, 56px);
    padding-inline: 8px 12px;
  }
  h1:focus {
    outline: none;
  }
  h1 {
    flex: 1;
    font-weight: 400;
    font-size: 1.25rem;
    margin-inline-start: 8px;
  }
  .bar button {
    color: inherit;
  }
  .back:dir(rtl) svg {
    scale: -1 1;
  }
  .add {
    background: color-mix(in srgb, currentcolor 14%, transparent);
  }
  header :focus-visible {
    outline-color: currentcolor;
    outline-offset: -3px;
  }
  nav {
    display: flex;
    padding-inline: 8px;
    overflow-x: auto;
    scrollbar-width: none;
  }
  /* What cannot be seen fades, until the end is reached. */
  @supports (animation-timeline: scroll()) {
    nav {
      mask: linear-gradient(to left, transparent, #000 48px) left /
        calc(100% + 48px) no-repeat;
      animation: end linear;
      animation-timeline: scroll(self inline);
    }
    nav:dir(rtl) {
      mask-image: linear-gradient(to right, transparent, #000 48px);
      mask-position: right;
      animation-direction: reverse;
    }
  }
  @keyframes end {
    from {
      mask-position: right;
    }
    to {
      mask-position: left;
    }
  }
  nav a {
    padding: 12px 16px;
    color: inherit;
    text-decoration: none;
    font-weight: 500;
    font-size: 0.9375rem;
    white-space: nowrap;
    border-bottom: 3px solid transparent;
  }
  nav a[aria-current] {
    border-bottom-color: currentcolor;
  }
  .badge {
    display: inline-block;
    min-width: 20px;
    padding: 0 6px;
    margin-inline-start: 4px;
    border-radius: 10px;
    font-size: 0.75rem;
    line-height: 20px;
    text-align: center;
    background: color-mix(in srgb, currentcolor 18%, transparent);
  }
  main {
    flex: 1;
    overflow-y: auto;
  }
  .content {
    max-width: 1040px;
    margin-inline: auto;
    padding: 16px 16px calc(88px + env(safe-area-inset-bottom, 0px));
    display: grid;
    gap: var(--seam-gap);
  }
  .zone {
    text-align: center;
  }
  .note {
    display: flex;
    justify-content: center;
    gap: 12px;
    padding: 48px 16px;
    text-align: center;
    color: var(--secondary-text-color);
  }
  @media (max-width: 600px) {
    .content {
      padding-inline: 8px;
      padding-block-start: 8px;
      --seam-gap: 12px;
    }
    nav a {
      padding-inline: 12px;
    }
    .add {
      position: fixed;
      z-index: 2;
      inset-inline-end: 16px;
      inset-block-end: calc(16px + env(safe-area-inset-bottom, 0px));
      min-height: 56px;
      border-radius: 16px;
      background: var(--seam-filled, #0b6b8f);
      color: #fff !important;
      box-shadow: 0 3px 10px rgb(0 0 0 / 35%);
    }
    .add:hover {
      background: var(--seam-filled, #0b6b8f) !important;
    }
  }
`;
