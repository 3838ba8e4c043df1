import { css } from "lit";

/** The look of the form for a guest. */
export const formStyles = css`
  form {
    display: grid;
    gap: 16px;
  }
  .field {
    display: grid;
    gap: 6px;
    min-width: 0;
  }
  label,
  legend,
  .label {
    font-size: 0.875rem;
    padding: 0;
  }
  fieldset {
    border: 0;
    margin: 0;
    padding: 0;
    min-width: 0;
  }
  legend {
    margin-block-end: 6px;
  }
  input:not([type="checkbox"], [type="radio"], [type="search"]),
  select {
    width: 100%;
    min-height: 48px;
    padding: 8px 12px;
    border: 1px solid
      var(--outline-color, color-mix(in srgb, currentcolor 45%, transparent));
    border-radius: 8px;
    background: transparent;
  }
  [aria-invalid="true"] {
    border-color: var(--error-color) !important;
  }
  .error {
    font-size: 0.875rem;
    color: var(--seam-error-text);
  }
  /* Screen readers only announce texts in elements that were there before. */
  .error.none {
    position: absolute;
  }
  .hint {
    font-size: 0.875rem;
  }
  .bottom .hint {
    flex-basis: 100%;
    overflow-wrap: anywhere;
  }
  /* Several names may be long. */
  .bottom .hint p {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
  }
  .pin {
    font-size: 1.25rem;
    letter-spacing: 0.12em;
    font-variant-numeric: tabular-nums;
  }
  .inputs {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 12px;
  }
  .inputs + p:empty {
    display: none;
  }
  .tools {
    margin-block-end: 8px;
  }
  .checks {
    display: grid;
  }
  /* Half a row shows that there are more. */
  .checks.many {
    max-height: calc(5.5 * 44px);
    overflow-y: auto;
    border: 1px solid var(--divider-color);
    border-radius: 8px;
    padding: 0 12px;
  }
  .check {
    display: flex;
    gap: 12px;
    align-items: flex-start;
    padding: 10px 0;
    font-size: 1rem;
    cursor: pointer;
  }
  .check input {
    width: 20px;
    height: 20px;
    margin: 2px 0;
    flex: none;
    accent-color: var(--primary-color);
  }
  .offline {
    font-size: 0.875rem;
    color: var(--seam-error-text);
  }
  small {
    display: block;
    font-size: 0.875rem;
    color: var(--secondary-text-color);
  }
  .segments {
    display: flex;
    border: 1px solid
      var(--outline-color, color-mix(in srgb, currentcolor 45%, transparent));
    border-radius: 22px;
    overflow: hidden;
  }
  .segments label {
    flex: 1;
    position: relative;
    display: grid;
    text-align: center;
    cursor: pointer;
  }
  .segments input {
    position: absolute;
    inset: 0;
    opacity: 0;
    margin: 0;
    cursor: pointer;
  }
  .segments span {
    padding: 10px 8px;
    display: grid;
    place-items: center;
    line-height: 1.2;
  }
  .segments label + label span {
    border-inline-start: 1px solid
      var(--outline-color, color-mix(in srgb, currentcolor 45%, transparent));
  }
  .segments :checked + span {
    background: color-mix(in srgb, var(--primary-color) 22%, transparent);
    font-weight: 500;
  }
  .segments :focus-visible + span {
    outline: 2px solid var(--primary-color);
    outline-offset: -3px;
    border-radius: 20px;
  }
  summary {
    cursor: pointer;
    padding: 10px 0;
    font-weight: 500;
  }
  .length {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 16px;
    font-size: 1rem;
    padding: 8px 0;
  }
  .length select {
    width: auto;
  }
  @media (max-width: 420px) {
    .inputs {
      grid-template-columns: 1fr;
    }
  }
`;
