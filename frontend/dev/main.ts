// Query: ?data=home|many|empty|good &user=admin|guest &theme=light|dark &dir=ltr|rtl
//        &language=de &view=panel|card &path=/locks, /lock/device-front_door
import "../src/main";
import type { SeamAccessCodesCard } from "../src/card";
import type { SeamPanel } from "../src/panel";
import { code, fakeHass, home, lock, many } from "./fake";

class Plain extends HTMLElement {}
customElements.define(
  "ha-card",
  class extends HTMLElement {
    connectedCallback() {
      this.style.cssText =
        "display:block;background:var(--card-background-color);border:1px solid var(--divider-color);border-radius:12px";
    }
  },
);
customElements.define("ha-menu-button", Plain);

const query = new URLSearchParams(location.search);
const data = {
  home,
  many,
  empty: () => [lock("Front Door", [])],
  good: () => [
    lock("Front Door", [code("Ada Lovelace", "active"), code("Cleaner", "active")]),
  ],
}[query.get("data") ?? "home"];
document.documentElement.classList.toggle("dark", query.get("theme") === "dark");
document.documentElement.dir = query.get("dir") ?? "ltr";

const fake = fakeHass(
  (data ?? home)(),
  query.get("user") !== "guest",
  query.get("language") ?? "en-GB",
);
Object.assign(window, { fake });

if (query.get("view") === "card") {
  const card = document.createElement("seam-access-codes-card") as SeamAccessCodesCard;
  card.setConfig({ type: "custom:seam-access-codes-card", entity: "lock.front_door" });
  card.hass = fake.hass;
  card.style.cssText = "display:block;max-width:500px;margin:16px auto";
  document.body.append(card);
} else {
  const panel = document.createElement("seam-panel") as SeamPanel;
  const show = (path: string) => {
    panel.route = { prefix: "/seam", path };
  };
  show(query.get("path") ?? "");
  panel.hass = fake.hass;
  // Home Assistant follows links itself.
  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (link && !link.target) {
      event.preventDefault();
      show(new URL(link.href).pathname.replace(/^\/seam/, ""));
    }
  });
  window.addEventListener("location-changed", () =>
    show(location.pathname.replace(/^\/seam/, "")),
  );
  document.body.append(panel);
}
