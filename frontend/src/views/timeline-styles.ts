/** The styles of the timeline. */

import { css } from "lit";

export const timelineStyles = css`
  :host {
    --name: 168px;
    --lane: 32px;
  }
  .chart {
    position: relative;
    /* The days stay at the top. */
    overflow: visible;
  }
  .days {
    position: sticky;
    top: 0;
    z-index: 1;
    height: 44px;
    margin-inline-start: var(--name);
    pointer-events: none;
    background: var(--ha-card-background, var(--card-background-color));
    font-size: 0.75rem;
    line-height: 1.4;
    border-start-end-radius: var(--seam-radius);
  }
  /* Covers the names that scroll past. */
  .days::before {
    content: "";
    position: absolute;
    inset-block: 0;
    inset-inline-end: 100%;
    inline-size: var(--name);
    background: inherit;
    border-start-start-radius: var(--seam-radius);
  }
  .days > span {
    position: absolute;
    inset-block: 0;
    display: grid;
    place-content: center;
    text-align: center;
    color: var(--secondary-text-color);
    border-inline-start: 1px solid var(--divider-color);
    overflow: hidden;
  }
  /* A week starts. */
  .days .week {
    border-inline-start-color: var(--secondary-text-color);
  }
  .days .weekday {
    display: block;
  }
  .days .today {
    font-weight: 700;
    color: var(--primary-text-color);
  }
  .days i {
    position: absolute;
    bottom: 0;
    height: 8px;
    border-inline-start: 2px solid var(--error-color, #db4437);
  }
  li {
    display: grid;
    grid-template-columns: var(--name) minmax(0, 1fr);
    align-items: start;
    border-top: 1px solid var(--divider-color);
    content-visibility: auto;
    contain-intrinsic-size: auto 37px;
  }
  h3 {
    padding: 7px 12px 0 16px;
    font-size: 0.875rem;
    font-weight: 500;
  }
  .track {
    position: relative;
    overflow: hidden;
    border-inline-start: 1px solid var(--divider-color);
  }
  .bar,
  .gap,
  .overlap {
    position: absolute;
    height: calc(var(--lane) - 4px);
    font-size: 0.8125rem;
    line-height: calc(var(--lane) - 4px);
  }
  .bar {
    display: flex;
    align-items: center;
    gap: 4px;
    min-width: 24px;
    padding-inline: 8px;
    border-radius: 6px;
    overflow: hidden;
    color: var(--primary-text-color);
    text-decoration: none;
    container-type: inline-size;
    --tone: var(--disabled-text-color, #888);
    --card: var(--ha-card-background, var(--card-background-color));
    background: color-mix(in srgb, var(--tone) 24%, var(--card));
    border: 1px solid color-mix(in srgb, var(--tone) 60%, var(--card));
    line-height: calc(var(--lane) - 6px);
  }
  .bar.good {
    --tone: var(--success-color, #43a047);
  }
  .bar.info {
    --tone: var(--info-color, #039be5);
  }
  .bar.warn {
    --tone: var(--warning-color, #ffa600);
  }
  .bar.bad {
    --tone: var(--error-color, #db4437);
  }
  .name {
    flex: 1;
  }
  /* Less than a letter or two. */
  @container (max-width: 40px) {
    svg + .name {
      display: none;
    }
  }
  .bar svg {
    width: 16px;
    height: 16px;
  }
  .bar:focus-visible {
    outline-offset: -2px;
  }
  .earlier {
    border-start-start-radius: 0;
    border-end-start-radius: 0;
    border-inline-start-width: 0;
  }
  .later {
    border-start-end-radius: 0;
    border-end-end-radius: 0;
    border-inline-end-width: 0;
  }
  .endless {
    border-style: dashed;
  }
  .gap {
    top: 4px;
    display: grid;
    place-items: center;
    container-type: inline-size;
    color: var(--secondary-text-color);
    background: repeating-linear-gradient(
        90deg,
        var(--secondary-text-color) 0 2px,
        transparent 2px 6px
      )
      center / 100% 1px no-repeat;
  }
  .gap span {
    max-width: 100%;
    padding: 0 6px;
    white-space: nowrap;
    background: var(--ha-card-background, var(--card-background-color));
    font-size: 0.75rem;
  }
  @container (max-width: 72px) {
    .gap span {
      display: none;
    }
  }
  .overlap {
    inset-block: 0;
    height: auto;
    background: repeating-linear-gradient(
      135deg,
      color-mix(in srgb, var(--warning-color, #ffa600) 40%, transparent) 0 4px,
      transparent 4px 8px
    );
  }
  .more {
    grid-column: 2;
    justify-self: start;
  }
  @media (pointer: coarse), (max-width: 600px) {
    :host {
      --lane: 48px;
    }
    h3.cut {
      padding-block: 12px;
      overflow: visible;
      overflow-wrap: anywhere;
      white-space: normal;
    }
  }
  @media (max-width: 700px) {
    :host {
      --name: 0px;
    }
    li {
      grid-template-columns: minmax(0, 1fr);
    }
    .more {
      grid-column: 1;
    }
    .bar {
      padding-inline: 4px;
    }
    .track {
      border: 0;
    }
  }
`;
