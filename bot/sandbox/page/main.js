// Start: read the state, build the parts, open the chat the address names, follow the server.
//   world.js    what is known       api.js  how it is asked for
//   chatlist, conversation → bubble → richtext, keyboard      what is shown
//   composer → commands, forward; tools → journal; actions    what the reader does

import { startChatList } from "./chatlist.js";
import { startComposer } from "./composer.js";
import { startConversation } from "./conversation.js";
import { byId } from "./dom.js";
import { startTheme } from "./theme.js";
import { startTools } from "./tools.js";
import { currentChat, emit, follow, loadState, on, openChat, openFromAddress, world } from "./world.js";

const RETRY_MS = 1500;
const PHONE = matchMedia("(max-width: 600px)");

startTheme();
startChatList();
startConversation();
startComposer();
startTools();

on("link", (linked) => {
  const banner = byId("banner");
  banner.hidden = linked;
  banner.textContent = linked ? "" : "انقطع الاتصال بخادم التجربة، تُعاد المحاولة…";
});

addEventListener("popstate", () => openFromAddress());

document.addEventListener("keydown", (event) => {
  if (
    event.key === "Escape" &&
    PHONE.matches &&
    currentChat() &&
    !event.defaultPrevented &&
    !document.querySelector("dialog")
  )
    openChat(null);
});

/** Wait for the server, which may start after the page. */
async function start() {
  try {
    await loadState();
  } catch {
    emit("link", false);
    setTimeout(start, RETRY_MS);
    return;
  }
  emit("link", true);
  follow();
  // A phone starts with the list, a wide screen with the chat with the bot.
  await openFromAddress({ fallback: PHONE.matches ? null : world.me.id });
}

start();
