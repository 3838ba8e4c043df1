import { focusedElement } from "./focus";

/** Copy a text for an element, also one that is still awaited; return whether that worked. */
export async function copy(
  text: string | Promise<string | undefined>,
  element: Element,
): Promise<boolean> {
  const blob = async () => {
    const known = await text;
    if (!known) throw new Error("There is nothing to copy");
    return new Blob([known], { type: "text/plain" });
  };
  try {
    // Safari only allows it right after a click, but then waits for the text.
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob() })]);
    return true;
  } catch {
    // Browsers only offer the clipboard over HTTPS, and many Home Assistants use HTTP.
    const known = await text;
    return known ? copyBySelection(known, element) : false;
  }
}

function copyBySelection(text: string, element: Element): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  const focused = focusedElement();
  // Outside of an open dialog, nothing can be focused.
  (element.shadowRoot ?? element).append(area);
  area.focus();
  area.select();
  try {
    // Without the focus, this copies nothing and returns true.
    return area.matches(":focus") && document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    focused?.focus();
  }
}
