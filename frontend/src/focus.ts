import type { CodeControls } from "./elements/code-controls";

const ROW = "seam-code-row, seam-stay-controls";

/** Where the focus was last, outside of dialogs. */
interface Place {
  element: HTMLElement;
  root: ShadowRoot;
  /** The code of its row. */
  id: string | undefined;
  /** The rows from there on, and then those before. */
  rows: CodeControls[];
}

function rowsIn(root: ShadowRoot): CodeControls[] {
  return [...root.querySelectorAll<CodeControls>(ROW)];
}

/** Return the element with the focus, which may be inside of others. */
export function focusedElement(): HTMLElement | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element as HTMLElement | null;
}

/** Return whether browsers would take the focus from an element. */
export function isLost(element: HTMLElement | null): boolean {
  return !element || element === document.body || element.matches(":disabled");
}

/** Gives the focus to what comes next if the element that had it is gone. */
export class FocusKeeper {
  private place: Place | undefined;

  constructor(private readonly host: HTMLElement) {
    // Somebody who clicks elsewhere has left the place.
    host.addEventListener("pointerdown", (event) => {
      const path = event.composedPath() as HTMLElement[];
      if (!path.some(({ localName }) => localName === "dialog")) this.place = undefined;
    });
  }

  /** Note where the focus is, before something changes.
   *
   * The host gets no event when the focus moves inside of one of its elements.
   */
  note(): void {
    const element = focusedElement();
    if (!element || isLost(element)) return;
    let row: CodeControls | undefined;
    let node: Node | null = element;
    while (node !== this.host) {
      if (!node || node instanceof HTMLDialogElement) return;
      if (node instanceof HTMLElement && node.matches(ROW)) row = node as CodeControls;
      node = node instanceof ShadowRoot ? node.host : node.parentNode;
    }
    const root = (row ?? element).getRootNode();
    if (!(root instanceof ShadowRoot)) return;
    const all = row ? rowsIn(root) : [];
    const index = row ? all.indexOf(row) : 0;
    this.place = {
      element,
      root,
      id: row?.code.access_code_id,
      rows: [...all.slice(index), ...all.slice(0, index).reverse()],
    };
  }

  /** Move the focus on if it is lost. */
  check(): void {
    const { place } = this;
    if (!place || !isLost(focusedElement())) return;
    const { element, root, id, rows } = place;
    if (element.isConnected && element.checkVisibility() && !isLost(element)) return;
    this.place = undefined;
    if (!root.host.isConnected) return;
    const target =
      rowsIn(root).find(({ code }) => id && code.access_code_id === id) ??
      rows.find(({ isConnected }) => isConnected);
    target?.focus();
    if (isLost(focusedElement())) focusHeading(root);
  }
}

/** Focus the first heading of a list, or else that of the page. */
function focusHeading(root: ShadowRoot): void {
  const heading = root.querySelector<HTMLElement>("h1, h2");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus();
    return;
  }
  const outer = root.host.getRootNode();
  if (outer instanceof ShadowRoot) focusHeading(outer);
}
