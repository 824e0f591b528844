// Light or dark: the address (?theme=) rules, then what was chosen here before, then the system.

const KEY = "mujaz-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** Remembered choices are a comfort: a browser that forbids storage loses only them. */
export function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Remember a choice where the browser allows it. */
export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // private windows may refuse; the choice then holds until the page is closed
  }
}

/** Whether the page is dark now. */
export const isDark = () =>
  (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";

/** Set the theme at start. */
export function startTheme() {
  const chosen = new URLSearchParams(location.search).get("theme") ?? remembered(KEY);
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
}

/** Change to the other theme and remember it. Returns whether it is dark now. */
export function toggleTheme() {
  const next = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  remember(KEY, next);
  return next === "dark";
}
