import type { SeamCodeRow } from "./elements/code-row";

const ROW = "seam-code-row";

/** Where the focus was last, outside of dialogs. */
interface Place {
  element: HTMLElement;
  root: ShadowRoot;
  /** The code of its row. */
  id: string | undefined;
  /** The rows from there on. */
  following: SeamCodeRow[];
}

function rowsIn(root: ShadowRoot): SeamCodeRow[] {
  return [...root.querySelectorAll<SeamCodeRow>(ROW)];
}

/** Gives the focus to what comes next if the element that had it is gone. */
export class FocusKeeper {
  private place: Place | undefined;

  constructor(host: HTMLElement) {
    host.addEventListener("focusin", (event) => this.note(event.composedPath()));
    // Somebody who clicks elsewhere has left the place.
    host.addEventListener("pointerdown", (event) => {
      const path = event.composedPath() as HTMLElement[];
      if (!path.some(({ localName }) => localName === "dialog")) this.place = undefined;
    });
  }

  private note(path: EventTarget[]): void {
    const elements = path.filter((node) => node instanceof HTMLElement);
    const [element] = elements;
    if (!element || elements.some(({ localName }) => localName === "dialog")) return;
    const row = elements.find(({ localName }) => localName === ROW) as
      | SeamCodeRow
      | undefined;
    const root = (row ?? element).getRootNode();
    if (!(root instanceof ShadowRoot)) return;
    const rows = row ? rowsIn(root) : [];
    this.place = {
      element,
      root,
      id: row?.code.access_code_id,
      following: row ? rows.slice(rows.indexOf(row)) : [],
    };
  }

  /** Move the focus on if it is lost. */
  check(): void {
    const { place } = this;
    const { activeElement, body } = document;
    if (!place || (activeElement && activeElement !== body)) return;
    if (place.element.isConnected && place.element.checkVisibility()) return;
    this.place = undefined;
    const { root, id, following } = place;
    if (!root.host.isConnected) return;
    const target =
      rowsIn(root).find(({ code }) => id && code.access_code_id === id) ??
      following.find(({ isConnected }) => isConnected);
    target?.focus();
    if (document.activeElement === body) focusHeading(root);
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
