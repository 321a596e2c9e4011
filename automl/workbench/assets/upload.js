// Sends one file to the server as it is, with its progress, and tells the page the draft that came of it.
const units = ["B", "kB", "MB", "GB"];

function size(bytes) {
  let unit = 0;
  while (bytes >= 999.5 && unit < units.length - 1) { bytes /= 1000; unit += 1; }
  return `${unit && bytes < 9.95 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const find = (selector) => parentElement.querySelector(selector);
  const zone = find(".zone"), input = find("input"), under = find(".under"), bar = find("progress");
  const facts = find(".facts"), said = find(".said"), problem = find(".problem");
  input.accept = data.accept;
  find(".hint").textContent = data.hint;
  if (zone.cleanUp) return zone.cleanUp;  // drawn again: whatever is under way goes on
  let request = null;

  function idle(message, fix) {
    request = null;
    input.value = "";
    zone.classList.remove("busy");
    under.hidden = true;
    problem.hidden = !message;
    problem.replaceChildren();
    if (message) {
      const strong = document.createElement("b");
      strong.textContent = message;
      problem.append(strong, fix || "");
    }
  }

  function send(file) {
    if (!file || request) return;
    idle();
    if (file.size > data.limit) {
      idle(`${file.name} has ${size(file.size)}; at most ${size(data.limit)} can be uploaded.`, data.larger);
      return;
    }
    if (!file.size) { idle(`${file.name} is empty.`, "Check that it was saved or downloaded completely."); return; }
    zone.classList.add("busy");
    under.hidden = false;
    find(".name").textContent = file.name;
    bar.value = 0;
    facts.textContent = size(file.size);
    said.textContent = `Uploading ${file.name}`;
    const began = performance.now();
    let quarter = 0;
    request = new XMLHttpRequest();
    request.open("POST", data.url);
    request.setRequestHeader(data.header, "1");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      if (!event.lengthComputable) return;
      const share = event.loaded / event.total, seconds = (performance.now() - began) / 1000;
      const left = share > 0.02 && seconds > 2 ? Math.ceil((seconds * (1 - share)) / share) : null;
      bar.value = share;
      facts.textContent = `${size(event.loaded)} of ${size(event.total)}`
        + (left === null || share >= 1 ? "" : ` · about ${left} s left`);
      if (Math.floor(4 * share) > quarter) {
        quarter = Math.floor(4 * share);
        said.textContent = `${25 * quarter} % uploaded`;
      }
    };
    request.onload = () => {
      const answer = request.response || {};
      if (request.status === 201 && answer.draft) {
        bar.removeAttribute("value");
        find(".cancel").hidden = true;
        facts.textContent = said.textContent = "Uploaded. Opening the table …";
        setTriggerValue("draft", answer.draft);
      } else if (answer.message) {
        idle(answer.message, answer.fix);
      } else if (request.status === 413) {
        idle("The file is larger than the server in front of the workbench lets through.", data.larger);
      } else {
        idle(`The server did not take the file (status ${request.status}).`, data.elsewhere);
      }
    };
    request.onerror = () => idle("The connection broke during the upload.", "Check that the workbench still runs, and try again.");
    request.onabort = () => { said.textContent = "Upload cancelled"; idle(); };
    request.send(file);
  }

  const files = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  const over = (event) => {
    if (!files(event)) return;
    event.preventDefault();  // else a drop beside the zone would leave the page
    zone.classList.add("over");
  };
  const out = (event) => { if (!event.relatedTarget) zone.classList.remove("over"); };
  const drop = (event) => {
    if (!files(event)) return;
    event.preventDefault();
    zone.classList.remove("over");
    const dropped = event.dataTransfer.files;
    if (dropped.length > 1) idle("Several files were dropped; one table at a time is read.", "Drop a single file.");
    else send(dropped[0]);
  };
  input.onchange = () => send(input.files[0]);
  find(".cancel").onclick = () => request?.abort();
  window.addEventListener("dragover", over);
  window.addEventListener("dragleave", out);
  window.addEventListener("drop", drop);
  zone.cleanUp = () => {
    window.removeEventListener("dragover", over);
    window.removeEventListener("dragleave", out);
    window.removeEventListener("drop", drop);
    if (request) { request.onabort = null; request.abort(); }
    delete zone.cleanUp;
  };
  return zone.cleanUp;
}
