// Relais: small comforts over pages that work without them. No framework, no inline code.
(() => {
  "use strict";

  const DRAFT = `relais.draft.${document.body.dataset.who}.`;
  const SENT = "relais.sent.";
  const NEVER_KEPT = /password|passe|code|token|secret|totp/i;
  const pageKind = document.body.dataset.page;
  const say = (text) => {
    const live = document.getElementById("annonces");
    if (!live) return;
    live.textContent = text;
    window.setTimeout(() => { live.textContent = ""; }, 8000);
  };

  // A form is sent once: its buttons rest until the answer, or until one comes back to the page.
  const rest = (form) => {
    form.dataset.sent = "yes";
    form.querySelectorAll("button:not([type=button])").forEach((button) => button.setAttribute("aria-busy", "true"));
  };
  const wake = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    rest(form);
    window.setTimeout(() => wake(form), 15000); // a download leaves the page in place
    if ("forget" in form.dataset) forgetDrafts();
    if (form.dataset.keep) { keep(form); store(SENT + form.dataset.keep, "yes"); }
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(wake));

  // Drafts: what is typed in form[data-keep] outlives an expired session, in this tab only.
  const store = (key, value) => { try { sessionStorage.setItem(key, value); } catch { /* full or refused */ } };
  const read = (key) => { try { return sessionStorage.getItem(key); } catch { return null; } };
  const drop = (key) => { try { sessionStorage.removeItem(key); } catch { /* refused */ } };
  const forgetDrafts = () => { try { sessionStorage.clear(); } catch { /* refused */ } };
  const kept = (form) => [...form.elements].filter((input) => input.name && !NEVER_KEPT.test(input.name)
    && !["hidden", "password", "file", "submit", "button"].includes(input.type));
  const typed = (form) => JSON.stringify(kept(form).map((input) =>
    [input.name, ["checkbox", "radio"].includes(input.type) ? [input.value, input.checked] : input.value]));
  const keep = (form) => store(DRAFT + form.dataset.keep, typed(form));
  const fill = (form, draft) => JSON.parse(draft).forEach(([name, value]) => {
    const same = kept(form).filter((input) => input.name === name);
    if (Array.isArray(value)) same.filter((input) => input.value === value[0]).forEach((input) => { input.checked = value[1]; });
    else if (same.length) same[0].value = value;
  });
  const offer = (form, draft) => {
    const note = document.createElement("div");
    note.className = "rl-callout rl-tone-info rl-draft";
    note.setAttribute("role", "status");
    const text = document.createElement("span");
    text.textContent = "Vous aviez commencé à écrire ici.";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn rl-btn-quiet";
    button.textContent = "Reprendre ce que j’avais saisi";
    button.addEventListener("click", () => { fill(form, draft); note.remove(); follow(form); kept(form)[0]?.focus(); });
    note.append(text, button);
    form.prepend(note);
  };
  const settleDrafts = () => {
    const lost = ["error", "sign-in"].includes(pageKind);
    try {
      Object.keys(sessionStorage).filter((key) => key.startsWith(SENT)).forEach((key) => {
        const name = key.slice(SENT.length);
        const refused = document.querySelector(`form[data-keep="${CSS.escape(name)}"] [data-errors]`);
        if (!lost && !refused) drop(DRAFT + name);
        drop(key);
      });
    } catch { /* storage refused */ }
  };
  const watchDraft = (form) => {
    const draft = read(DRAFT + form.dataset.keep);
    if (draft && !form.querySelector("[data-errors]") && draft !== typed(form)) offer(form, draft);
    form.addEventListener("input", () => keep(form));
  };

  // « Lu par » above a text follows the audience chosen, before anything is saved.
  const follow = (scope, byReader = false) => scope.querySelectorAll("[data-audience]").forEach((group) => {
    const chosen = group.querySelector("input:checked");
    const sentence = chosen && document.getElementById(`${chosen.id}-text`);
    const form = group.closest("form") || document;
    if (sentence) form.querySelectorAll(`[data-readers-of="${CSS.escape(group.dataset.audience)}"]`).forEach((line) => {
      const place = line.querySelector("span");
      if (place.textContent === sentence.textContent) return;
      place.textContent = sentence.textContent;
      if (byReader) line.dataset.changed = "yes";
    });
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("[data-audience]")) follow(document, true);
  });

  // Menus made of <details>: one open at a time, closed by Escape or by a click elsewhere.
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => openMenus().forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  }));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  // htmx: the token on every request, focus where the answer asks for it, refusals said aloud.
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("input[name=csrf_token]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.value;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.elt;
    const wanted = target.querySelector?.("[data-errors], [data-focus]");
    if (wanted) wanted.focus();
    follow(target.closest?.("form") || target);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form");
    if (form) wake(form);
  });
  document.addEventListener("htmx:responseError", (event) => {
    const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    say(answer.querySelector("[data-error-text]")?.textContent.trim() || "Cela n’a pas pu être fait. Réessayez dans un instant.");
  });
  document.addEventListener("htmx:sendError", () => say("La connexion est interrompue. Rien n’a été envoyé."));

  settleDrafts();
  document.querySelectorAll("form[data-keep]").forEach(watchDraft);
  follow(document);
  document.querySelector("[data-errors]")?.focus();
})();
