// The control interface of the sandbox (/sandbox/…): the only place that speaks to the server.
// What the answers mean for the page is decided in world.js.

const ROOT = "/sandbox";

/** An answer the server refused, or a server that could not be reached. `message` is for people. */
export class ServerError extends Error {}

async function request(method, path, body) {
  let response;
  try {
    response = await fetch(ROOT + path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ServerError("تعذّر الوصول إلى خادم التجربة");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok)
    throw new ServerError(answer.description ?? answer.error ?? `رفض الخادم الطلب (${response.status})`);
  return answer;
}

export const getState = () => request("GET", "/state");
export const getMessages = (chatId) => request("GET", `/chats/${chatId}/messages`);
export const getJournal = (after, all) => request("GET", `/journal?after=${after}${all ? "&all=1" : ""}`);
export const postMessage = (message) => request("POST", "/messages", message);
export const press = (chatId, messageId, userId, data) =>
  request("POST", "/press", { chat_id: chatId, message_id: messageId, user_id: userId, data });
export const setMembership = (chatId, userId, status) =>
  request("POST", "/membership", { chat_id: chatId, user_id: userId, status });
export const advanceClock = (seconds) => request("POST", "/clock", { advance_s: seconds });
export const setClock = (iso) => request("POST", "/clock", { to: iso });
export const postFault = (fault) => request("POST", "/faults", fault);
export const clearFaults = () => request("DELETE", "/faults");
export const postSettings = (settings) => request("POST", "/settings", settings);

/** Where the bytes of a photo or document are. */
export const fileUrl = (fileId) => `${ROOT}/files/${encodeURIComponent(fileId)}`;

/**
 * Follow the server's events. `onEvent` gets each one; `onLink(true|false)` says when the stream
 * is there or broken. The browser itself reconnects, and whoever listens must then read anew.
 */
export function followEvents(onEvent, onLink) {
  const stream = new EventSource(`${ROOT}/events`);
  stream.onopen = () => onLink(true);
  stream.onerror = () => onLink(false);
  stream.onmessage = (event) => onEvent(JSON.parse(event.data));
  return stream;
}
