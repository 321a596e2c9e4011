/* Tells the person that a search has ended, if they asked for it: with a notification of the browser itself, which
   asks nothing of the network. The wish is kept in this browser. */
const WISH = "glassbench-notify";
const watched = new Map(); // run → whether it was over when this tab last looked

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const note = parentElement.querySelector(".note");
  if (watched.get(data.run) === false && data.over) tell(data);
  watched.set(data.run, data.over);

  const possible = window.isSecureContext && "Notification" in window && !data.over;
  const show = () => {
    const permission = possible ? Notification.permission : "denied";
    const on = permission === "granted" && wished();
    button.hidden = !possible || permission === "denied";
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "You will be notified" : "Notify me at the end";
    note.hidden = !possible || permission !== "denied";
  };
  button.onclick = async () => {
    if (Notification.permission === "granted" && wished()) {
      localStorage.setItem(WISH, "no");
    } else if ((await Notification.requestPermission()) === "granted") {
      localStorage.setItem(WISH, "yes");
    }
    show();
  };
  show();
}

function wished() {
  return localStorage.getItem(WISH) === "yes";
}

function tell(data) {
  if (!window.isSecureContext || !("Notification" in window)) return;
  if (Notification.permission !== "granted" || !wished()) return;
  const told = new Notification(data.title, { body: data.body, tag: `glassbench-${data.run}` });
  told.onclick = () => {
    window.focus();
    told.close();
  };
}
