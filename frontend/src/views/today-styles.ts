/** The styles of the first page. */

import { css } from "lit";

export const todayStyles = css`
  :host {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr));
    gap: var(--seam-gap);
    align-items: start;
  }
  .column {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--seam-gap);
  }
  .wide,
  .headline {
    grid-column: 1 / -1;
  }
  .headline {
    display: flex;
    align-items: center;
    gap: 16px;
    padding: 12px 4px;
    --tone: var(--secondary-text-color);
  }
  .headline.good {
    --tone: var(--success-color, #43a047);
  }
  .headline.bad {
    --tone: var(--error-color, #db4437);
  }
  .headline svg {
    width: 48px;
    height: 48px;
    color: var(--tone);
  }
  .headline h2 {
    font-size: 1.5rem;
    font-weight: 400;
    line-height: 1.3;
  }
  li + li,
  .problem + ul:has(li),
  .problem + .problem {
    border-top: 1px solid var(--divider-color);
  }
  .problem {
    display: grid;
    gap: 8px;
    padding: 8px 16px 12px;
  }
  .power {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    padding: 10px 16px;
  }
  .stay {
    justify-content: space-between;
  }
  .stay .text {
    display: grid;
    overflow-wrap: anywhere;
  }
  .fact {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    font-size: 0.875rem;
    color: var(--secondary-text-color);
  }
  .fact svg {
    width: 20px;
    height: 20px;
  }
  .fact.bad {
    color: var(--seam-error-text);
  }
  .used {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    padding: 10px 16px;
  }
  .used .secondary {
    white-space: nowrap;
  }
  summary {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 8px 16px;
    padding-inline-end: 12px;
    min-height: 56px;
    cursor: pointer;
    list-style: none;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary:focus-visible {
    outline-offset: -2px;
  }
  summary > svg {
    color: var(--secondary-text-color);
    transition: rotate 150ms;
  }
  [open] > summary > svg {
    rotate: 180deg;
  }
  summary .text {
    flex: 1;
    min-width: 0;
    display: grid;
  }
  @media (max-width: 480px) {
    summary {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 2px 12px;
    }
    summary .chip {
      grid-area: 2 / 1;
      justify-self: start;
    }
    summary > svg {
      grid-area: 1 / 2 / span 2;
    }
  }
  details ul {
    background: color-mix(in srgb, var(--primary-text-color) 4%, transparent);
  }
  .more {
    width: 100%;
    border-radius: 0;
  }
`;
